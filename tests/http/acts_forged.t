#!/usr/bin/perl
# acts_forged.t: forged tokens, headers, methods and paths: refused, and nothing has changed in the database.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(form_encode);
use BackupTasks::Records;
use MIME::Base64 ();
use Test::More;

sub settings {
    s/(map \$remote_user \$demo_roles \{)/$1 second operator;/;
    return;
}
my $t = BackupTasks->new(edit => \&settings,
    worker_options => ['--command-deadline', 86400])->start(qw(db worker));
$t->_write($t->dir . '/htpasswd', join '', map {
    "$_:" . crypt($_, '$1$salt') . "\n" } qw(operator second viewer auditor feed));
$t->start('nginx');
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'pay', version => '4.2.1.0');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
my $now = $t->value('SELECT UTC_TIMESTAMP()');
my %place = (cluster_id => $cluster, tenant_id => $tenant, start_time => $now);
my $log = $records->add(log => %place, status => 'IN_PROGRESS');
my $bad = $records->add(data => %place, status => 'FAILED', mode => 'FULL');
my $act = "/backup/log/$log/stop";
my $type = 'application/x-www-form-urlencoded';
my $origin = 'http://127.0.0.1:' . $t->port;

# A good form, each with a key of its own.
my ($csrf) = $t->get($act, user => 'operator')->{body}
    =~ /name="csrf" value="(\w+)"/;
my $serial = 0;
sub fields {
    return { csrf => $csrf, 'expected-state' => 'IN_PROGRESS',
        'idempotency-key' => sprintf('%032x', ++$serial), @_ };
}

# Everything but the trail, and the counter that orders it.
my @tables = grep { !/^(?:audit_events|change_counter|cluster_changes)$/ }
    map { $_->[0] } $t->sql('SHOW TABLES');
sub fingerprint {
    return join ' ', map { "$_->[0]=$_->[1]" }
        $t->sql('CHECKSUM TABLE ' . join ', ', @tables);
}
sub events { return $t->value('SELECT COUNT(*) FROM audit_events') }
my $untouched = fingerprint();

# An attempt: its status is one of those, nothing is changed, and what was an
# act of somebody known is on record.
sub attempt {
    my ($name, $wanted, $answer, $events) = @_;
    like($answer->{status}, qr/^(?:$wanted)$/, "$name: $wanted")
        or diag substr $answer->{body}, 0, 300;
    is(fingerprint(), $untouched, "$name: nothing changed");
    is(events(), $events, "$name: on record") if defined $events;
    return;
}

# --- tokens -------------------------------------------------------------------------

my $key = $t->read_file($t->dir . '/csrf.key') =~ s/\s+\z//r;
sub token {
    my ($user, $hours, $with) = @_;
    return hmac_sha256_hex("$user\n" . (int(time / 3600) + $hours),
        $with // $key);
}
my ($other) = $t->get($act, user => 'second')->{body}
    =~ /name="csrf" value="(\w+)"/;
isnt($other, $csrf, 'each user has a token');
my %token = (
    "another user's"          => $other,
    'two hours old'           => token('operator', -2),
    'of yesterday'            => token('operator', -24),
    'of the next hour'        => token('operator', 1) eq $csrf
                                 ? token('operator', 2) : token('operator', 1),
    'of another key'          => token('operator', 0, 'x' x 64),
    'of no key'               => token('operator', 0, ''),
    'of the key as bytes'     => token('operator', 0, pack 'H*', $key),
    'in capitals'             => uc $csrf,
    'without its end'         => substr($csrf, 0, -1),
    'with more at its end'    => $csrf . '0',
    'with a blank before it'  => " $csrf",
    'with NUL behind it'      => "$csrf\0",
    'both in one'             => join(' ', $csrf, token('operator', -1)),
    'empty'                   => '',
    'not there'               => undef,
);
for my $name (sort keys %token) {
    my $fields = fields(csrf => $token{$name});
    delete $fields->{csrf} if !defined $token{$name};
    my $events = events();
    my $wanted = $name =~ /NUL/ ? 400 : 403;
    attempt("token $name", $wanted, $t->post($act, $fields,
        user => 'operator'), $events + ($wanted == 403));
}

# --- where it comes from ---------------------------------------------------------------

my %from = (
    'nowhere'            => {},
    'another origin'     => { Origin => 'http://evil.example' },
    'another port'       => { Origin => 'http://127.0.0.1:1' },
    'a frame in a box'   => { Origin => 'null' },
    'another site'       => { Origin => $origin, 'Sec-Fetch-Site' => 'cross-site' },
    'the same site'      => { Origin => $origin, 'Sec-Fetch-Site' => 'same-site' },
    'a bookmark'         => { 'Sec-Fetch-Site' => 'none' },
    'a lying referrer'   => { Referer => "$origin$act" },
    'a lying host'       => { Host => 'evil.example', Origin => $origin },
);
for my $name (sort keys %from) {
    my $events = events();
    attempt("from $name", 403, $t->post($act, fields(), user => 'operator',
        headers => { Origin => undef, 'Sec-Fetch-Site' => undef,
            %{ $from{$name} } }), $events + 1);
}

# --- headers that claim to be somebody ---------------------------------------------------

my @claims = map { [ $_->[0] => $_->[1] ] } (
    (map { [ $_ => 'operator' ] } qw(Remote-User Remote_User X-Remote-User
        X-Forwarded-User X-Auth-User X-User User BT-User BT_USER Bt-User
        HTTP_BT_USER X-Backup-Tasks-User backup_tasks_user)),
    (map { [ $_ => 'operator' ] } qw(BT-Roles BT_ROLES X-Roles X-Forwarded-Groups
        backup_tasks_role)),
    [ 'BT-Scope' => '*' ], [ 'BT_CSRF' => $csrf ], [ 'BT-Method' => 'POST' ],
    [ 'X-Forwarded-For' => '127.0.0.1' ], [ 'X-Real-IP' => '127.0.0.1' ],
    [ 'X-Original-URL' => $act ], [ 'X-Rewrite-URL' => $act ],
    [ 'X-Forwarded-Prefix' => '/' ], [ 'X-Forwarded-Host' => 'evil.example' ],
    [ 'X-Accel-Redirect' => $act ], [ 'Forwarded' => 'for=127.0.0.1' ]);
for my $claim (@claims) {
    my $events = events();
    attempt("viewer with $claim->[0]", 403, $t->post($act, fields(),
        user => 'viewer', headers => { @$claim }), $events + 1);
    attempt("nobody with $claim->[0]", 401, $t->post($act, fields(),
        headers => { @$claim }), $events + 1);
}
attempt('a wrong password', 401, $t->post($act, fields(), user => 'operator',
    password => 'x'), events());
attempt('two sign-ins', 400, $t->request(method => 'POST', path => $act,
    body => form_encode(fields()), headers => [ Origin => $origin,
        'Content-Type' => $type, map { (Authorization => 'Basic '
        . MIME::Base64::encode("$_:$_", '')) } qw(viewer operator) ]));

# --- methods -----------------------------------------------------------------------------

sub ask {
    my ($method, $path, %headers) = @_;
    return $t->request(method => $method, path => $path, user => 'operator',
        body => form_encode(fields()), headers => { 'Content-Type' => $type,
        Origin => $origin, 'Sec-Fetch-Site' => 'same-origin', %headers });
}
my $events = events();
for my $override (qw(X-HTTP-Method X-HTTP-Method-Override X-Method-Override)) {
    attempt("GET with $override", 200, ask(GET => $act, $override => 'POST'),
        $events);
    attempt("viewer, POST with $override", 405, $t->post('/backup/data',
        fields(), user => 'viewer', headers => { $override => 'GET' }), $events);
}
attempt('GET with a body', 200, ask('GET', $act), $events);
attempt('HEAD with a body', 200, ask('HEAD', $act), $events);
attempt("GET with $_", 400, ask('GET', "$act?$_"), $events)
    for '_method=POST', 'method=POST', form_encode(fields());
attempt("POST with $_", 400, ask('POST', "$act?$_"), $events)
    for '_method=POST', 'csrf=x', 'id=7';
attempt($_, '400|405', ask($_, $act), $events)
    for qw(PUT PATCH DELETE OPTIONS TRACE PROPFIND POSTS post);
attempt('POST to a list', 405, ask('POST', '/backup/log'), $events);
attempt('POST to the record', 405, ask('POST', "/backup/log/$log"), $events);
attempt('POST for XML', 405, ask('POST', "$act.xml"), $events);
attempt('POST to health', 405, ask('POST', '/backup/health'), $events);

# --- paths ---------------------------------------------------------------------------------

my $id = join '', map { sprintf '%%%02x', ord } split //, $log;
my @paths = map { "/backup/$_" } ("/log/$log/stop", "log//$log/stop",
    "log/$log//stop", "./log/$log/stop", "log/./$log/stop", "x/../log/$log/stop",
    "static/../log/$log/stop", "../backup/log/$log/stop", "log/$log/stop/",
    "log/$log/stop/.", "log/$log/stop/..", "log/$log/stop.", "log/$log/stop..",
    "log/$log./stop", "log/$log/stop;", "log/$log/stop;x=y", "log/$log;a/stop",
    "log;x/$log/stop", "%6cog/$log/stop", "log%2f$log/stop", "log/$log%2fstop",
    "log/$log%2Fstop", "log/$log/%73top", "log/$id/stop", "log/$log/sto%70",
    "%2e/log/$log/stop", "%2e%2e/backup/log/$log/stop", "log/%2e/$log/stop",
    "log/$log/stop%2e", "log/$log/stop%00", "log/$log/stop%00.xml",
    "log/$log/stop%0a", "log/$log/stop%20", "log/$log/stop%09", "log/$log/stop%3f",
    "log/$log/stop%23", "log\\$log\\stop", "log/$log/stop%5c", "log/0$log/stop",
    "log/+$log/stop", "log/-$log/stop", "log/$log.0/stop", "log/0x1/stop",
    "log/${log}e0/stop", "log/\xef\xbc\x91/stop", "LOG/$log/stop", "log/$log/STOP",
    "log/$log/Stop", "log/$log/stop.html", "log/$log/stop.XML",
    "log/$log/stop.xml.xml", "log/$log/stop/stop", "log/$log", "log/$log/cancel",
    "log/$log/delete", "data/$log/stop", "logs/$log/stop", "log/stop",
    "log/99999999999999999999/stop", "log/9007199254740993/stop",
    "@\x{7f}log/$log/stop");
for my $path (@paths, "/backup%2flog/$log/stop", "//backup/log/$log/stop",
    "/%62ackup/log/$log/stop", "/BACKUP/log/$log/stop", "/backup/;/log/$log/stop")
{
    (my $name = $path) =~ s/[^ -~]/?/g;
    attempt("path $name", '400|404|405', ask('POST', $path), $events);
}
attempt('another record', 404, ask('POST', "/backup/log/999999/stop"),
    $events + 1);
attempt('a record of another kind', 404, ask('POST', "/backup/log/$bad/stop"),
    $events + 2);
$events = events();

# --- bodies ----------------------------------------------------------------------------------

my $good = form_encode(fields());
my %body = (
    'nothing'           => ['', 400], 'no pairs' => ['stop', 400],
    'a field twice'     => ["$good&csrf=$csrf", 400],
    'an unknown field'  => ["$good&id=7", 400],
    'broken encoding'   => [$good =~ s/csrf=/csrf=%zz/r, 400],
    'NUL'               => ["$good&reason=%00", 400],
    'no UTF-8'          => ["$good&reason=%ff", 400],
    'too large'         => ["$good&reason=" . 'x' x 20_000, 413],
    'no key'            => [form_encode(fields('idempotency-key' => '')), 400],
    'a short key'       => [form_encode(fields('idempotency-key' => 'a')), 400],
    'no state'          => [form_encode(fields('expected-state' => '')), 400],
);
for my $name (sort keys %body) {
    attempt("body: $name", $body{$name}[1], $t->post($act, $body{$name}[0],
        user => 'operator'), $events);
}
for my $kind ('text/plain', 'application/json', 'multipart/form-data; boundary=x',
    '', "$type-x")
{
    attempt("type: $kind", 400, $t->post($act, fields(), user => 'operator',
        headers => { 'Content-Type' => $kind }), $events);
}
attempt('another state', 409, $t->post($act, fields('expected-state' =>
    'STOPPED'), user => 'operator'), $events + 1);
my $head = "POST $act HTTP/1.1\r\nHost: 127.0.0.1:" . $t->port
    . "\r\nAuthorization: Basic " . MIME::Base64::encode('operator:operator', '')
    . "\r\nOrigin: $origin\r\nContent-Type: $type\r\nConnection: close\r\n";
for my $case (['two lengths', "Content-Length: 5\r\nContent-Length: 6\r\n\r\n$good"],
    ['length and chunks', "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"
        . "\r\n0\r\n\r\n$good"],
    ['odd chunks', "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    ['a negative length', "Content-Length: -1\r\n\r\n$good"],
    ['a cut body', 'Content-Length: ' . length($good) . "\r\n\r\n"
        . substr $good, 0, 20])
{
    my $call = $t->open_get('', raw => "$head$case->[1]");
    shutdown $call->{socket}, 1;
    my $answer = $t->finish($call);
    attempt($case->[0], '0|400|501', $answer);
}

# --- and the same form, whole and at home, acts ---------------------------------------------

my $hour;
do {
    $hour = int time / 3600;
    my $fields = fields(csrf => token('operator', -1),
        'idempotency-key' => 'f' x 32);
    my $answer = $t->post($act, $fields, user => 'operator');
    is($answer->{status}, 303, 'a token of the last hour acts')
        if int(time / 3600) == $hour;
} until int(time / 3600) == $hour;
isnt(fingerprint(), $untouched, 'and changes something');
is($t->value('SELECT COUNT(*) FROM commands'), 1, 'one command');
is($t->value("SELECT COUNT(*) FROM audit_events WHERE outcome = 'ACCEPTED'"), 1,
    'one accepted act');
is((my ($status) = $t->ctl(qw(audit verify)))[0], 0, 'a whole trail');

$t->done;
