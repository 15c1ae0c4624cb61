#!/usr/bin/perl
# proxy.t: behind a second nginx that ends TLS and rewrites the path: links, redirects, forms, origins.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $front = BackupTasks::_free_port();
my $public = "https://portal.test:$front/ops/backup/";
my $t = BackupTasks->new(sample => 300, edit => sub {
    s{(backup_tasks +on;)}{$1 backup_tasks_public_base $public;};
})->start;
my $dir = $t->dir;

# The portal's nginx: another name, another scheme, another path.
my ($status, $text) = $t->run_program('openssl', 'req', '-x509', '-newkey',
    'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', 2,
    '-subj', '/CN=portal.test', '-addext', 'subjectAltName=DNS:portal.test',
    '-keyout', "$dir/tls.key", '-out', "$dir/tls.pem");
is($status, 0, 'a certificate') or diag $text;
my $user = $> == 0 ? 'user root;' : '';
my $temp = join ' ', map { "${_}_temp_path $dir/tmp/front_$_;" }
    qw(client_body proxy fastcgi uwsgi scgi);
$t->_write("$dir/front.conf", <<"CONF");
$user pid $dir/front.pid;
events {}
http {
    access_log off; $temp
    server {
        listen 127.0.0.1:$front ssl;
        server_name portal.test;
        ssl_certificate $dir/tls.pem; ssl_certificate_key $dir/tls.key;
        location / { return 404 "not ours: \$request_uri\\n"; }
        location /ops/backup/ {
            proxy_pass http://127.0.0.1:@{[ $t->port ]}/backup/;
            proxy_set_header Host internal.test;
            proxy_redirect off;
        }
    }
}
CONF
$t->_spawn(front => '/usr/sbin/nginx', '-p', "$dir/", '-e', "$dir/log/front.log",
    '-c', "$dir/front.conf", '-g', 'daemon off;');
$t->_wait_for('front', sub { BackupTasks::_connects($front) });

# One request through the portal: status, headers, body.
sub ask {
    my ($address, %o) = @_;
    my ($code, $answer) = $t->run_program('curl', '-s', '-i', '--http1.1',
        '--cacert', "$dir/tls.pem", '--resolve', "portal.test:$front:127.0.0.1",
        '--user', join(':', ($o{user} // 'operator') x 2),
        (map { ('-H', $_) } @{ $o{headers} || [] }),
        (map { ('--data-urlencode', "$_=$o{fields}{$_}") }
            sort keys %{ $o{fields} || {} }), $address);
    my ($head, $body) = split /\r\n\r\n/, $answer, 2;
    my ($first, @lines) = split /\r\n/, $head;
    return { status => ($first =~ /^HTTP\S+ (\d+)/)[0] // "curl $code",
        headers => { map { /^([^:]+): *(.*)/ ? (lc $1 => $2) : () } @lines },
        body => $body // '' };
}
sub outside { return $_[0] =~ m{^https:} ? $_[0] : "https://portal.test:$front$_[0]" }

# The root leads to the first tab, as the portal's address.
my $answer = ask($public);
is($answer->{status}, 302, 'the root: 302');
like($answer->{headers}{location}, qr{^(?:https://portal\.test:$front)?/ops/backup/data$},
    'to the portal');

# Every link of every page stays in the portal, and works.
my $log = $t->value("SELECT id FROM log_backups WHERE status = 'IN_PROGRESS'"
    . ' ORDER BY id LIMIT 1');
my @open = map { "${public}$_" } 'data', 'log?range=7d', 'cleanup?range=30d',
    'second?range=30d', 'clusters', 'commands?range=30d', 'audit?range=30d',
    "log/$log", "log/$log/stop", 'data.xml?range=30d&size=2', 'log.xml',
    "log/$log.xml", 'nothing', 'data?size=0', 'data/999999999';
my (%seen, $strays, $broken, %kinds);
my %wanted = ("${public}nothing" => 404, "${public}data?size=0" => 400,
    "${public}data/999999999" => 404);
$seen{$_} = 1 for @open;
$strays = $broken = '';
while (my $address = shift @open) {
    $answer = ask($address);
    my $fine = $wanted{$address} // 200;
    $broken .= "$address: $answer->{status} " if $answer->{status} != $fine;
    my $type = $answer->{headers}{'content-type'} // '';
    next if $type !~ /html|xml/ || $type =~ /svg/;
    my $names = $type =~ /html/ ? 'href|src|action' : 'href';
    while ($answer->{body} =~ /\s(?:$names)="([^"]*)"/g) {
        (my $link = $1) =~ s/&amp;/&/g;
        next if $link =~ /^#/;
        $strays .= "$address: $link " if $link !~ m{^/ops/backup/};
        (my $kind = $link) =~ s{\d+}{N}g;
        $kind =~ s/[?#].*//;
        my $next = outside($link =~ s/#.*//r);
        push @open, $next if !$seen{$next}++ && $kinds{$kind}++ < 2;
    }
}
is($strays, '', 'no link leads out of the portal');
is($broken, '', 'every link works');
cmp_ok(scalar(keys %kinds), '>', 25, 'many kinds of links: ' . keys %kinds);

# A form acts, and its answer leads back into the portal.
sub form {
    my ($path) = @_;
    my ($action, $inputs) = ask("$public$path")->{body}
        =~ m{<form class="do" method="post" action="([^"]*)">(.*?)</form>}s;
    my %field = $inputs =~ /<input\b[^>]* name="([^"]*)" value="([^"]*)"/g;
    return (outside($action), \%field);
}
my ($action, $fields) = form("log/$log/stop?lang=zh");
is($action, "${public}log/$log/stop?lang=zh", 'the form sends to the portal');
for my $case (['the inner nginx', 'http://127.0.0.1:' . $t->port],
    ['the inner name', 'http://internal.test'], ['no TLS',
    "http://portal.test:$front"], ['another port', 'https://portal.test'],
    ['another name', 'https://portal.test.evil.example:' . $front],
    ['the path', $public])
{
    $answer = ask($action, fields => $fields, headers => ["Origin: $case->[1]"]);
    is($answer->{status}, 403, "from $case->[0]: 403");
}
is(ask($action, fields => $fields)->{status}, 403, 'from nowhere: 403');
$answer = ask($action, fields => $fields,
    headers => ["Origin: https://portal.test:$front"]);
is($answer->{status}, 303, "from the portal: 303");
like($answer->{headers}{location}, qr{^/ops/backup/commands/\d+\?lang=zh$},
    'into the portal');
$answer = ask(outside($answer->{headers}{location}));
is($answer->{status}, 200, 'where the command stands');
like($answer->{body}, qr{href="/ops/backup/commands/\d+/cancel}, 'to be canceled');
($action, $fields) = form(($answer->{body}
    =~ m{href="/ops/backup/(commands/\d+/cancel)})[0]);
$answer = ask($action, fields => $fields, headers => ["Origin: "
    . "https://portal.test:$front", 'Sec-Fetch-Site: same-origin']);
is($answer->{status}, 303, 'the cancel: 303');
like($answer->{headers}{location}, qr{^/ops/backup/commands/\d+$}, 'into the'
    . ' portal');
is($t->value("SELECT state FROM commands ORDER BY id DESC LIMIT 1"), 'CANCELED',
    'and it is canceled');

# Errors of nginx itself, and of a worker that is away, stay in the portal, too.
is(ask("${public}data", user => 'nobody')->{status}, 401, 'a wrong sign-in');
$t->stop_worker;
$answer = ask("${public}log");
is($answer->{status}, 503, 'no worker: 503');
unlike($answer->{body}, qr{(?:href|src)="/(?!ops/backup/)}, 'its page');

$t->expect_log(qr/connect\(\) to unix/);
$t->done;
