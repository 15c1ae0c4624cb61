#!/usr/bin/perl
# module_acts.t: an act comes from our own form, and from nowhere else.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

my $t = BackupTasks::Module->new;
my $act = '/backup/log/9/stop';
my $origin = 'http://127.0.0.1:' . $t->port;

# post(headers added to or, with undef, taken from the usual ones).
sub act {
    my (%headers) = @_;
    return $t->post($act, 'csrf=x&expected-state=IN_PROGRESS', user => 'olga',
        headers => \%headers);
}

# The form and the act.
my $answer = act();
is($answer->{status}, 200, 'an act goes to the worker');
my %shown = $answer->{body} =~ m{<i>([A-Z_]+)=(.*?)</i>}gs;
is_deeply([ @shown{qw(BT_METHOD BT_VIEW BT_KIND BT_ACTION BT_ID BT_USER
    CONTENT_TYPE CONTENT_LENGTH STDIN)} ], [ qw(POST action log stop 9 olga
    application/x-www-form-urlencoded 33),
    'csrf=x&amp;expected-state=IN_PROGRESS' ], 'with its body');

# Tokens: HMAC of user and hour, this one and the one before.
sub tokens_of {
    my ($user, $at) = @_;
    return join ' ', map { hmac_sha256_hex("$user\n" . (int($at / 3600) - $_),
        'k' x 40) } 0, 1;
}
my $before = time;
my $params = $t->params($t->get("$act.xml", user => 'olga'));
ok((grep { $params->{BT_CSRF} eq tokens_of('olga', $_) } $before, time),
    'the tokens of this hour and the last');
my ($current) = split ' ', $params->{BT_CSRF};
is($t->sheet_params($t->get($act, user => 'olga'))->{csrf}, $current,
    'the form gets the current one');
isnt((split ' ', $t->params($t->get("$act.xml", user => 'anna'))->{BT_CSRF})[0],
    $current, 'another user has another token');
is($t->params($t->get('/backup/log/9.xml', user => 'olga'))->{BT_CSRF}, '',
    'no token where there is no form');
is($t->sheet_params($t->get("$act?bad=1", user => 'olga'))->{csrf}, '',
    'nor on an error page');
is($t->sheet_params($t->get($act, user => 'vera'))->{csrf}, '',
    'nor for a viewer');

# Where it comes from.
my $https = $origin =~ s/http/https/r;
my %from = (
    # name => [ Origin, Sec-Fetch-Site, status ]
    'both'                => [ $origin, 'same-origin', 200 ],
    'origin alone'        => [ $origin, undef, 200 ],
    'fetch site alone'    => [ undef, 'same-origin', 200 ],
    'neither'             => [ undef, undef, 403 ],
    'another site'        => [ 'http://evil.example', 'cross-site', 403 ],
    'a lying origin'      => [ $origin, 'cross-site', 403 ],
    'a lying fetch site'  => [ 'http://evil.example', 'same-origin', 403 ],
    'same site'           => [ $origin, 'same-site', 403 ],
    'no site'             => [ $origin, 'none', 403 ],
    'null'                => [ 'null', 'same-origin', 403 ],
    'empty'               => [ '', undef, 403 ],
    'another port'        => [ 'http://127.0.0.1:1', undef, 403 ],
    'no port'             => [ 'http://127.0.0.1', undef, 403 ],
    'another scheme'      => [ $https, undef, 403 ],
    'a prefix'            => [ substr($origin, 0, -1), undef, 403 ],
    'a suffix'            => [ "$origin.evil.example", undef, 403 ],
    'two in one'          => [ "$origin, http://evil.example", undef, 403 ],
    'odd case'            => [ $origin, 'SAME-ORIGIN', 403 ],
);
for my $name (sort keys %from) {
    my ($from, $site, $status) = @{ $from{$name} };
    $answer = act(Origin => $from, 'Sec-Fetch-Site' => $site);
    is($answer->{status}, $status, "origin: $name");
}

# The worker records what is refused, and does nothing else with it.
sub shown { return { $_[0]{body} =~ m{<i>([A-Z_]+)=(.*?)</i>}gs } }
my $refused = shown(act(Origin => 'null'));
is_deeply([ @$refused{qw(BT_METHOD BT_VIEW BT_KIND BT_ACTION BT_ID BT_USER
    BT_ROLES BT_CSRF BT_QUERY BT_TZ)} ], [ qw(REFUSED action log stop 9 olga
    operator), '', '', 'UTC' ], 'a refused act goes to the worker as such');
like($refused->{BT_REFUSED}, qr/^The act did not come from a page/,
    'with the reason');
is($refused->{STDIN}, '', 'and without its body');
is(shown($t->post("$act?tz=Asia/Shanghai&lang=zh", 'a=b', user => 'vera'))
    ->{BT_TZ}, 'Asia/Shanghai', 'it keeps the zone');
is($t->sheet_params($t->post("$act?lang=zh", 'a=b', user => 'vera'))->{lang},
    'zh', 'and the language');
$answer = $t->post("$act?bad=1", 'a=b', user => 'vera');
is($answer->{status}, 403, 'no way around it by a bad query string');
is(shown($answer)->{BT_METHOD}, 'REFUSED', 'nor past the record');
is(shown(act())->{BT_REFUSED}, '', 'a good act is not refused');
is($t->get($act, user => 'vera')->{body} =~ /BT_METHOD/, '',
    'a form that is refused is none');
my @twice = (Origin => $origin, Origin => 'http://evil.example');
is($t->request(method => 'POST', path => $act, user => 'olga', body => 'a=b',
    headers => [ @twice, 'Content-Type' =>
        'application/x-www-form-urlencoded' ])->{status}, 403,
    'origin: two headers');
is($t->request(method => 'POST', path => $act, user => 'olga', body => 'a=b',
    headers => [ Host => 'BACKUP.example', Origin => 'http://backup.example',
        'Content-Type' => 'application/x-www-form-urlencoded' ])->{status},
    200, 'origin: the request\'s own host');

# What it is.
my $type = 'application/x-www-form-urlencoded';
my %kind = (
    $type => 200, "$type; charset=UTF-8" => 200, uc $type => 200,
    'text/plain' => 400, 'application/json' => 400, '' => 400,
    'multipart/form-data; boundary=x' => 400, "${type}x" => 400,
    "text/plain; $type" => 400, substr($type, 0, -1) => 400,
);
for my $kind (sort keys %kind) {
    $answer = act('Content-Type' => $kind);
    is($answer->{status}, $kind{$kind}, "type: $kind");
}
$answer = act('Content-Type' => undef);
is($answer->{status}, 400, 'type: none');
is($t->error_fields($answer)->{code}, 'BAD_REQUEST', 'its code');

# Query string: how the answer looks, nothing else.
for my $query ('lang=zh', 'layout=frame', 'tz=Asia/Shanghai') {
    is($t->post("$act?$query", 'a=b', user => 'olga')->{status}, 200, $query);
}
for my $query ('csrf=x', 'id=1', 'expected-state=STOPPED', 'range=7d',
    '_method=GET') {
    is($t->post("$act?$query", 'a=b', user => 'olga')->{status}, 400, $query);
}

# No other way to act.
for my $name (qw(X-HTTP-Method X-HTTP-Method-Override X-Method-Override)) {
    $answer = $t->get("$act.xml", user => 'olga', headers => [ $name, 'POST' ]);
    is($t->params($answer)->{BT_METHOD}, 'GET', "$name is not heard");
    $answer = $t->post('/backup/data', 'a=b', user => 'olga',
        headers => { $name, 'GET' });
    is($answer->{status}, 405, "$name does not open other addresses");
}
$answer = $t->post($act, 'a=b');
is($answer->{status}, 401, 'a stranger');
is(shown($answer)->{BT_METHOD}, undef, 'a stranger does not reach the worker');
is($t->post($act, 'a=b', user => 'vera')->{status}, 403, 'a viewer');
is($t->post($act, 'a=b', user => 'axel')->{status}, 403, 'an auditor');
is($t->post("$act/", 'a=b', user => 'olga')->{status}, 404, 'another path');
is($t->post($act, 'x' x 17000, user => 'olga')->{status}, 413, 'too large');
is($t->post("$act.xml", 'a=b', user => 'olga')->{status}, 405, 'as XML');

# A refusal leaves the connection usable, its body thrown away.
my $head = "POST $act HTTP/1.1\r\nAuthorization: Basic b2xnYTpvbGdh\r\n"
    . "Content-Length: 3\r\nContent-Type: ";
my $get = "GET /backup/data.xml HTTP/1.1\r\nAuthorization: Basic b2xnYTpvbGdh";
is_deeply([ $t->statuses_on_one_connection([ "${head}text/plain\r\n"
    . "Origin: http://127.0.0.1", 'a=b' ], $get, [ "$head$type\r\n"
    . "Origin: http://evil.example", 'a=b' ], $get) ], [ 400, 200, 403, 200 ],
    'one connection');

# A body that will not be read is not asked for.
my $call = $t->open_get('', raw => "$head$type\r\nOrigin: null\r\n"
    . "Host: x\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
is($t->finish($call)->{status}, 403, 'no 100 before a refusal');
$t->end;

# Behind a proxy that ends TLS: the public base's origin counts.
$t = BackupTasks::Module->new(location =>
    'backup_tasks_public_base https://Portal.Example:443/ops/backup/;');
for my $case ([ 'https://portal.example', 200 ],
    [ 'https://portal.example:443', 403 ], [ 'http://portal.example', 403 ],
    [ 'http://127.0.0.1:' . $t->port, 403 ]) {
    is(act(Origin => $case->[0])->{status}, $case->[1], "base: $case->[0]");
}
$t->end;

# Without a key there are no acts, and everything else works.
$t = BackupTasks::Module->new(key => '');
$answer = act(Origin => 'http://127.0.0.1:' . $t->port);
is($answer->{status}, 403, 'no key: no act');
like(shown($answer)->{BT_REFUSED}, qr/switched off/, 'says so');
is(shown($answer)->{BT_CSRF}, '', 'and there is no token');
is($t->get($act, user => 'olga')->{status}, 403, 'no key: no form');
is($t->get('/backup/log/9', user => 'olga')->{status}, 200, 'pages are there');
like($t->log('error'), qr/acts need "backup_tasks_csrf_key_file"/, 'in the log');

$t->done;
