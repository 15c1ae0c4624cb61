#!/usr/bin/perl
# accept.t: the form of an answer, chosen by Accept where the address leaves it open.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

my $browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
my %type = (
    html => 'text/html', xml => 'application/xml; charset=utf-8',
    csv  => 'text/csv; charset=utf-8; header=present',
);

my $t = BackupTasks->new(sample => 60)->start;
my $id = $t->value("SELECT MIN(id) FROM data_tasks");

sub ask {
    my ($path, $accept, %o) = @_;
    my @accept = map { (Accept => $_) }
        ref $accept ? @$accept : defined $accept ? $accept : ();
    return $t->request(path => "/backup/$path", user => 'viewer', %o,
        headers => [ @accept, @{ $o{headers} || [] } ]);
}

# Vary, but for who asks, and for what gzip adds.
sub vary {
    my ($answer) = @_;
    return join ', ', grep { !/^(?:Accept-Encoding|Authorization|Cookie)$/ }
        split /, */, $answer->{headers}{vary} // '';
}

# Without what differs from one request to the next.
sub body {
    my ($answer) = @_;
    return $answer->{body}
        =~ s/ (?:generated|request-id|to|from|as-of)="[^"]*"//gr
        =~ s/seconds>\d+</seconds></gr =~ s/delta=[\w-]+//gr;
}

# --- which form --------------------------------------------------------------

my @choices = (
    [ 'data', undef, 'html' ], [ 'data', '*/*', 'html' ], [ 'data', '', 'html' ],
    [ 'data', $browser, 'html' ],
    [ 'data', 'application/xml', 'xml' ], [ 'data', 'text/xml', 'xml' ],
    [ 'data', 'text/csv', 'csv' ],
    [ 'data', 'text/html, application/xml', 'html' ],
    [ 'data', 'application/xml, text/html;q=0.9', 'xml' ],
    [ 'data', [ 'text/html;q=0.3', 'text/csv' ], 'csv' ],
    [ 'data', [ 'text/csv;q=0.3', 'text/html' ], 'html' ],
    [ 'log?status=IN_PROGRESS', 'text/xml', 'xml' ],
    [ "data/$id", 'text/xml', 'xml' ],
    [ "data/$id", 'text/csv, */*;q=0.1', 'html' ],
    [ 'data.csv', 'application/xml', 'csv' ],
    [ 'data.xml', 'image/png', 'xml' ],
);
for my $choice (@choices) {
    my ($path, $accept, $format) = @$choice;
    my $name = "$path: " . join ' and ',
        map { substr $_ // 'no Accept', 0, 30 } ref $accept ? @$accept : $accept;
    my $answer = ask($path, $accept);
    is($answer->{status}, 200, "$name: answered");
    like($answer->{headers}{'content-type'}, qr/^\Q$type{$format}\E/,
        "$name: $format");
    is(vary($answer), $path =~ /\./ ? ''
        : $format eq 'html' ? 'Accept, Accept-Language' : 'Accept',
        "$name: Vary");
    my $place = $path =~ /\./ || $format eq 'html' ? undef
        : "/backup/$path" =~ s/(?=\?|$)/.$format/r;
    is($answer->{headers}{'content-location'}, $place, "$name: where");
    my $head = ask($path, $accept, method => 'HEAD');
    is_deeply([ @{ $head->{headers} }{qw(content-type content-location)} ],
        [ @{ $answer->{headers} }{qw(content-type content-location)} ],
        "$name: HEAD");
}

# --- as if the suffix had been asked for -------------------------------------

for my $path ('data?range=30d', 'log', 'clusters', "data/$id/cause") {
    my ($xml) = map { s/(?=\?|$)/.xml/r } $path;
    is(body(ask($path, 'application/xml')), body(ask($xml)),
        "$path: the document of $xml");
}
is(body(ask('data?range=30d', 'text/csv')), body(ask('data.csv?range=30d')),
    'the table, too');
my $rows = () = ask('data?range=30d', 'application/xml')->{body} =~ /<task>/g;
cmp_ok($rows, '>', 50, 'a feed has all rows');
is(ask('data?size=all')->{status}, 400, 'a page does not take size=all');
is(ask('data?size=all', 'text/xml')->{status}, 200, 'its feed does');
is(ask('data?lang=zh', 'text/xml')->{status}, 400, 'and takes no lang');
like(ask('data?tz=%2B08:00&cluster=a', 'text/xml')
    ->{headers}{'content-location'}, qr{^/backup/data\.xml\?tz=%2B08:00&},
    'Content-Location has the whole query');

# --- roles -------------------------------------------------------------------

is(ask('data', 'application/xml', user => 'feed')->{status}, 200,
    'a feed role reads a feed');
is(ask('data', 'text/csv', user => 'feed')->{status}, 200, 'or a table');
my $refused = ask('data', $browser, user => 'feed');
is($refused->{status}, 403, 'and no page');
like($refused->{headers}{'content-type'}, qr{^text/html}, 'which is a page');
is(vary($refused), 'Accept, Accept-Language', 'and varies');
is(ask('commands', 'text/xml')->{status}, 403, 'commands need their role');
is(ask('', 'text/xml', user => 'feed')->{status}, 302, 'the root leads on');
is(ask('', 'text/xml')->{headers}{'content-location'}, undef, 'to elsewhere');

# --- errors ------------------------------------------------------------------

sub error {
    my ($answer) = @_;
    return join ' ', $answer->{status}, $answer->{body} =~ m{<code>(\w+)</code>},
        $answer->{headers}{'content-type'} =~ s/;.*//r,
        vary($answer),
        $answer->{headers}{'content-location'} // 'nowhere';
}
sub xml_error { return "$_[0] $_[1] application/xml Accept nowhere" }

for my $accept ('application/json', 'image/*', 'text/html;q=0', '*/*;q=0') {
    is(error(ask('data', $accept)), xml_error(406, 'NOT_ACCEPTABLE'),
        "data: $accept");
}
like(ask('data', 'image/png')->{body},
    qr{<text>This document exists as text/html, application/xml, (?:[\w/+]+, )?text/csv},
    'which says what there is');
unlike(ask("data/$id", 'text/csv')->{body}, qr{text/csv},
    'of a record, no table');
is(error(ask("data/$id", 'text/csv')), xml_error(406, 'NOT_ACCEPTABLE'),
    'nor a 200');
is(error(ask('data', 'image/png', user => undef)),
    xml_error(401, 'UNAUTHORIZED'), '401 before 406');
is(error(ask('data', 'image/png', user => 'feed')),
    xml_error(406, 'NOT_ACCEPTABLE'), 'a feed role is told, too');
is(error(ask('commands', 'image/png')), xml_error(403, 'FORBIDDEN'),
    '403 before 406');
is(error(ask('nothing', 'text/xml')), xml_error(404, 'NOT_FOUND'), 'no such address');
is(error(ask('data', 'image/png', method => 'DELETE'))
    =~ s/ .*//r, 405, '405 before 406');
is(error(ask('data?rnge=1h', 'image/png')), xml_error(406, 'NOT_ACCEPTABLE'),
    '406 before 400');
is(error(ask('data?rnge=1h', 'text/xml')), xml_error(400, 'BAD_PARAMETER'),
    'a bad parameter');
is(error(ask('data/9007199254740991', 'text/xml')),
    xml_error(404, 'NOT_FOUND'), '404 of the worker');
is(error(ask('nothing', 'text/xml', user => undef)),
    error(ask('data', 'text/xml', user => undef)),
    'a stranger is not told what there is');
is(error(ask('data.json', 'text/xml')) =~ s/ .*//r, 404,
    'an unknown suffix is no address');

# --- what is not chosen ------------------------------------------------------

is(ask('health', 'image/png', user => undef)->{body}, "ok\n", 'health');
is(vary(ask('health', 'image/png')), '', 'does not vary');
like(ask('metrics', 'image/png')->{headers}{'content-type'}, qr{^text/plain},
    'metrics are never refused');
is(ask('static/icon.svg', 'text/xml')->{status}, 200, 'files');
is(ask('feed.xsd', 'text/html')->{status}, 200, 'schemas');
my $log = $t->value("SELECT MIN(id) FROM log_backups WHERE status = 'STOPPED'");
like(ask("log/$log/start", 'text/xml', user => 'operator')->{body},
    qr{<action-form}, 'a form is a document');
my $sent = $t->post("/backup/log/$log/start", {}, user => 'operator',
    headers => { Accept => 'text/xml', Origin => 'http://elsewhere' });
is("$sent->{status} $sent->{headers}{'content-type'} " . vary($sent),
    '403 text/html; charset=UTF-8 ', 'what is sent is answered by a page');

$t->stop_worker;
$t->expect_log(qr/worker\.sock/);
is(error(ask('data', 'text/xml')), xml_error(503, 'UNAVAILABLE'),
    'an error of nginx');
$t->end;

# --- with a portal -----------------------------------------------------------

$t = BackupTasks::Module->new(
    http => 'include %%ROOT%%/conf/backup_tasks_headers.conf;',
    auth => 'auth_request /who; auth_request_set $who $upstream_http_x_user; '
        . 'backup_tasks_user $who; backup_tasks_role viewer; '
        . 'backup_tasks_login_url https://portal.example/?to='
        . '$backup_tasks_return_path;',
    server => 'location = /who { internal; return 401; }');
for my $path ('data', 'nothing', "data/$id", '') {
    my $page = ask($path, $browser, user => undef);
    is($page->{status}, 302, "/$path: a person is led to the portal");
    is($page->{headers}{vary}, 'Accept, Accept-Language', "/$path: Vary");
    for my $accept ('application/xml', 'text/csv', 'application/json') {
        is(error(ask($path, $accept, user => undef)),
            xml_error(401, 'UNAUTHORIZED'), "/$path: $accept is told");
    }
}
$t->done;
