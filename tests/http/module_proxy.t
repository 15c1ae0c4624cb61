#!/usr/bin/perl
# module_proxy.t: a portal proxy's headers count, and nobody else's.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

my $headers = join '', map { "backup_tasks_trusted_proxy_header $_; " }
    'user X-Portal-User', 'role X-Portal-Roles', 'scope X-Portal-Scope',
    'time_zone X-Portal-Zone', 'language X-Portal-Language';
my $secret = 'backup_tasks_trusted_proxy_secret X-Portal-Secret '
    . '%%DIR%%/secrets; ';
my $subject = 'backup_tasks_trusted_proxy_certificate '
    . '"CN=portal,O=Example"; ';
my $here = "backup_tasks_trusted_proxy 127.0.0.0/8 ::1; $headers";
my $realip = 'set_real_ip_from 127.0.0.0/8; real_ip_header X-Real; ';

sub place {
    my ($name, $directives) = @_;
    return BackupTasks::Module::location("/$name/", $directives
        . 'backup_tasks_csrf_key_file %%DIR%%/csrf.key; '
        . 'error_page 401 403 @backup_tasks_error; ');
}

# The way through the portal: with a certificate, or with none.
sub via {
    my ($name, $certificate, $place) = @_;
    $place //= 'certificate';
    return "location /via-$name/ { "
        . "proxy_pass https://unix:%%DIR%%/tls.sock:/$place/; "
        . 'proxy_ssl_session_reuse off; proxy_set_header X-Portal-User mia; '
        . 'proxy_set_header X-Portal-Roles operator; ' . ($certificate
        ? "proxy_ssl_certificate %%DIR%%/$certificate.pem; "
            . "proxy_ssl_certificate_key %%DIR%%/$certificate.key; " : '')
        . '}';
}

my $t;

sub openssl {
    my ($status, $text) = $t->run_program('openssl', @_);
    die $text if $status;
    return;
}

sub certificate {
    my ($name, $subject) = @_;
    my $dir = $t->dir;
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
        'ec_paramgen_curve:P-256', '-nodes', '-days', 2, '-subj', $subject,
        '-keyout', "$dir/$name.key", '-out', "$dir/$name.pem");
    return;
}

# The map of docs/sign-in.md.
my ($map) = BackupTasks->read_file("$FindBin::Bin/../../docs/sign-in.md")
    =~ /^(    map "\$ssl_client_verify.*?^    \}\n)/ms;

my ($first, $second) = ('1' x 64, '2' x 32);
$t = BackupTasks::Module->new(
    http => "error_log %%DIR%%/log/error.log info; $map",
    auth => $here . $secret,
    server => 'listen unix:%%DIR%%/tls.sock ssl; '
        . 'ssl_certificate %%DIR%%/portal.pem; '
        . 'ssl_certificate_key %%DIR%%/portal.key; '
        . 'ssl_client_certificate %%DIR%%/all.pem; '
        . 'ssl_verify_client optional_no_ca; ' . join('',
        place('elsewhere', "$headers $secret "
            . 'backup_tasks_trusted_proxy 192.0.2.0/24 2001:db8::/32 unix:;'),
        place('local', "$headers $secret backup_tasks_trusted_proxy unix:;"),
        place('realip', $here . $secret . $realip),
        place('realip-no', "$headers $secret $realip "
            . 'backup_tasks_trusted_proxy 192.0.2.1;'),
        place('certificate', "backup_tasks_trusted_proxy unix:; $headers "
            . $subject),
        place('both', "$here $subject $secret"),
        place('mixed', "$here $secret backup_tasks_user \$http_x_user; "
            . 'backup_tasks_role viewer;'),
        place('plain', "backup_tasks_trusted_proxy 127.0.0.1; $secret "
            . 'backup_tasks_trusted_proxy_header user X-Portal-User; '
            . 'backup_tasks_role feed; backup_tasks_scope pay;'),
        place('mapped', "$here $secret backup_tasks_role_map dba operator;"),
        place('off', "backup_tasks_trusted_proxy off; $headers $secret "
            . 'backup_tasks_user x; backup_tasks_role feed;'),
        via('portal', 'portal'), via('forged', 'forged'), via('mail', 'mail'),
        via('nobody'), via('person', 'mail', 'people'),
        via('impostor', 'comma', 'people'), via('stranger', 'forged', 'people'),
        place('people', 'backup_tasks_user $certificate_user; '
            . 'backup_tasks_role viewer;')),
    before => sub {
        ($t) = @_;
        certificate('portal', '/O=Example/CN=portal');
        certificate('forged', '/O=Example/CN=portal');
        certificate('mail', '/O=Example/CN=mail');
        certificate('comma', '/O=Example/CN=x,CN=mail');
        $t->write_file('all.pem', join '', map {
            $t->read_file($t->dir . "/$_.pem") } qw(portal mail comma));
        $t->write_file('secrets', "$first\n\n$second\r\n");
        chmod 0640, $t->dir . '/secrets';
    });

my @portal = ('X-Portal-Secret' => $first, 'X-Portal-User' => 'mia',
    'X-Portal-Roles' => 'viewer,operator');

sub told {
    my ($place, @headers) = @_;
    my $answer = $t->get("/$place/data.xml", headers => [ @headers ]);
    return $answer->{status} if $answer->{status} != 200;
    my $params = $t->params($answer);
    return join '|', @$params{qw(BT_USER BT_ROLES BT_SCOPE BT_TZ)};
}

# From the portal.
my $mia = 'mia|viewer operator||UTC';
is(told('backup', @portal), $mia, 'with address and secret');
is(told('backup', @portal, 'X-Portal-Scope' => 'group:a b/c'),
    'mia|viewer operator|group:a b/c|UTC', 'scope');
is(told('backup', @portal, 'X-Portal-Zone' => 'Asia/Shanghai'),
    'mia|viewer operator||Asia/Shanghai', 'time zone');
is(told('backup', @portal, 'X-Portal-Zone' => 'Mars'), $mia, 'no time zone');
is($t->sheet_params($t->get('/backup/data', headers => [ @portal,
    'X-Portal-Language' => 'zh-CN' ]))->{lang}, 'zh', 'language');
is(told('backup', 'X-Portal-Secret' => $second, @portal[2 .. 5]), $mia,
    'the other secret');
is(told('backup', @portal[0 .. 3]), 403, 'no header of roles, no roles');
is(told('plain', @portal), 'mia|feed|pay|UTC',
    'roles and scope that the portal does not tell');
is(told('mapped', @portal), 403, 'roles by their names of the portal');
is(told('mapped', @portal[0 .. 3], 'X-Portal-Roles' => 'x dba'),
    'mia|operator||UTC', 'mapped');
is(told('backup', @portal[0 .. 1], 'X-Portal-User' => "\xe6\x9d\x8e",
    @portal[4 .. 5]), "\xe6\x9d\x8e|viewer operator||UTC", 'UTF-8');
is(told('backup', @portal[0 .. 1], 'X-Portal-User' => "a\xff",
    @portal[4 .. 5]), 403, 'not UTF-8');
is(scalar(grep { /^HTTP_/ } keys %{ $t->params($t->get('/backup/data.xml',
    headers => \@portal)) }), 0, 'the worker sees no header');

# From anybody else they are ignored, which is logged.
my $seen = 0;
sub refused {
    my ($name, $reason, $place, @headers) = @_;
    is(told($place, @headers), 401, $name);
    my $log = substr $t->log('error'), $seen;
    $seen += length $log;
    like($log, qr/ignored the headers of a portal proxy: $reason/, 'logged');
    return;
}
$seen = length $t->log('error');
my @rest = @portal[2 .. 5];
refused('no secret', "without the proxy's secret", 'backup', @rest);
for my $bad ('', 'x', substr($first, 1), "${first}1", "$first $second",
    "$first\t$second", $t->dir . '/secrets', '2' x 64, 'x' x 6000) {
    refused('a wrong secret', "without the proxy's secret", 'backup',
        'X-Portal-Secret' => $bad, @rest);
}
refused('a secret sent twice', "without the proxy's secret", 'backup',
    'X-Portal-Secret' => $first, @portal);
refused('another header', "without the proxy's secret", 'backup',
    'X-Portal-Secret2' => $first, 'XPortal-Secret' => $first, @rest);
refused('another address', 'not from an address of', $_, @portal)
    for qw(elsewhere local);
refused('the address that realip puts in', 'not from an address of',
    'realip-no', @portal, 'X-Real' => '192.0.2.1');
is(told('realip', @portal, 'X-Real' => '192.0.2.1'), $mia,
    'whoever the client is: the proxy counts');
refused('only a part of what is asked for', "without the proxy's client", 'both',
    @portal);
refused('a header of roles alone', "without the proxy's secret", 'backup',
    'X-Portal-Roles' => 'operator');
my $logged = $t->log('error');
unlike($logged, qr/mia|11111111|22222222|192\.0\.2\.1.*X-/,
    'without their values');
$seen = length $logged;
is(told('backup'), 401, 'no header at all');
unlike(substr($t->log('error'), $seen), qr/portal proxy/, 'is no attempt');
is(told('off', @portal), 'x|feed|*|UTC', 'switched off');

# Sent twice: by a client and by the proxy.
for my $name (qw(User Roles Scope Zone)) {
    is(told('backup', @portal, ("X-Portal-$name" => 'olga')
        x ($name =~ /User|Roles/ ? 1 : 2)), 401, "X-Portal-$name twice");
}
like($t->log('error'), qr/"X-Portal-User" was sent 2 times/, 'logged');

# Beside another way of signing in.
is(told('mixed', @portal, 'X-User' => 'vera'), $mia, 'the portal first');
is(told('mixed', @rest, 'X-User' => 'vera'), 'vera|viewer|*|UTC',
    'a forged header changes nothing');
is(told('mixed', @portal[0 .. 1], 'X-Portal-Roles' => 'operator',
    'X-User' => 'vera'), 'vera|viewer|*|UTC', 'a portal without a user');
is(told('mixed', 'X-User' => 'vera'), 'vera|viewer|*|UTC', 'without the portal');

# With a client certificate.
sub via_told {
    my ($name) = @_;
    my $answer = $t->get("/via-$name/data.xml");
    return $answer->{status} if $answer->{status} != 200;
    return $t->params($answer)->{BT_USER};
}
is(via_told('portal'), 'mia', 'with the certificate');
is(via_told('forged'), 401, 'of that name, signed by nobody');
is(via_told('mail'), 401, 'of another name');
is(via_told('nobody'), 401, 'with none');
is(via_told('person'), 'mail', 'a person by a certificate');
is(via_told('impostor'), 401, 'with a comma in the name');
is(via_told('stranger'), 401, 'signed by nobody');
$seen = length $t->log('error');
refused('without TLS', 'not from an address of', 'certificate', @portal);

# An act through the portal.
my $answer = $t->post('/backup/log/9/stop', 'csrf=x', headers => { @portal });
is($answer->{status}, 200, 'an act');
ok($t->wait_until(sub { $t->log('who') =~ /^mia\|action\|200$/m }),
    'its user is in the log');

$t->done;
