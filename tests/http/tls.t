#!/usr/bin/perl
# tls.t: TLS to the record store and to clusters, as asked for: had, verified, or refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use IO::Socket::INET;
use POSIX ();
use Test::More;

sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "listen: $!";
    return $socket->sockport;
}

my $port = free_port();
my @tcp = ('--skip-networking=0', '--bind-address=127.0.0.1', "--port=$port");
my $t = BackupTasks->new(database_options => \@tcp);
my $dir = $t->dir;

sub certificate {
    my ($name, $for) = @_;
    my ($status, $text) = $t->run_program(qw(openssl req -x509 -nodes -newkey
        rsa:2048 -days 2 -subj), "/CN=$name", '-addext',
        "subjectAltName=$for", '-keyout', "$dir/$name.key", '-out',
        "$dir/$name.pem");
    is($status, 0, "a certificate for $for") or diag $text;
    return;
}
certificate('right', 'DNS:localhost,IP:127.0.0.1');
certificate('other', 'DNS:elsewhere.example');
push @tcp, "--ssl-cert=$dir/right.pem", "--ssl-key=$dir/right.key";
$t->start('db');
$t->sql("CREATE USER tls\@'127.0.0.1' IDENTIFIED BY 'pw' REQUIRE SSL");
$t->sql("CREATE USER plain\@'127.0.0.1' IDENTIFIED BY 'pw'");
$t->sql("GRANT ALL ON backup_tasks.* TO $_\@'127.0.0.1'") for qw(tls plain);

sub store {
    my ($user, @lines) = @_;
    my $path = "$dir/tls.cnf";
    $t->_write($path, join "\n", '[backup-tasks]', 'host=127.0.0.1',
        "port=$port", "user=$user", 'password=pw', @lines, '');
    chmod 0600, $path;
    return $t->run_program($t->build . '/backup-tasks-ctl', '--store', $path,
        'status');
}

# The store. An account that must have TLS shows that it is there.
for my $good (['by itself', 'tls', 'ssl-mode=REQUIRED'],
    ['preferred, since it is there', 'tls'],
    ['a right CA', 'tls', 'ssl-mode=VERIFY_CA', "ssl-ca=$dir/right.pem"],
    ['CA and name', 'tls', 'ssl-mode=VERIFY_IDENTITY', "ssl-ca=$dir/right.pem"],
    ['none where none is asked for', 'plain', 'ssl-mode=DISABLED'])
{
    my ($name, @store) = @$good;
    my ($status, $text) = store(@store);
    is($status, 0, "$name: 0") or diag $text;
}
for my $bad (['another CA', 'tls', 'ssl-mode=VERIFY_CA',
        "ssl-ca=$dir/other.pem"],
    ['another CA and name', 'tls', 'ssl-mode=VERIFY_IDENTITY',
        "ssl-ca=$dir/other.pem"],
    ['a CA that is not there', 'tls', 'ssl-mode=VERIFY_IDENTITY',
        "ssl-ca=$dir/none.pem"],
    ['none where the account needs it', 'tls', 'ssl-mode=DISABLED'])
{
    my ($name, @store) = @$bad;
    my ($status, $text) = store(@store);
    is($status, 1, "$name: 1") or diag $text;
    like($text, qr/^backup-tasks-ctl: /, "$name: says so");
}

# Clusters: this is no OceanBase, but the connection comes first.
$t->_write("$dir/pw", "pw\n");
chmod 0600, "$dir/pw";

sub check {
    my ($user, @options) = @_;
    my (undef, $text) = $t->ctl('cluster', 'add', '--endpoints',
        "127.0.0.1:$port", '--user', $user, '--password-file', "$dir/pw",
        @options, 'x');
    return $text;
}
$t->sql('CREATE DATABASE oceanbase');
$t->sql("GRANT ALL ON oceanbase.* TO $_\@'127.0.0.1'") for qw(tls plain);
like(check('tls', '--tls-ca', "$dir/right.pem"), qr/^PASS  encryption: TLS/m,
    'cluster: verified');
like(check('tls', '--tls', 'required'), qr/^WARN  encryption: TLS.*--tls-ca/ms,
    'cluster: not verified');
like(check('tls'), qr/^WARN  encryption: TLS.*--tls-ca/ms,
    'cluster: preferred, since it is there');
like(check('tls', '--tls', 'disabled'), qr/^FAIL  access: /m,
    'cluster: none where the account needs it');
like(check('plain', '--tls', 'disabled'), qr/^WARN  encryption: none/m,
    'cluster: none');
like(check('tls', '--tls-ca', "$dir/other.pem"), qr/^FAIL  \w+: .*(?:TLS|SSL|certificate)/m,
    'cluster: another CA');

# Somebody between us and the server asks for the password in clear: only a
# server whose certificate is verified gets it so.
sub rogue {
    my $listener = IO::Socket::INET->new(Listen => 5,
        LocalAddr => '127.0.0.1') or die "listen: $!";
    my $pid = fork // die "fork: $!";
    return ($pid, $listener->sockport) if $pid;
    alarm 60;
    my $client = $listener->accept;
    my $send = sub { my ($number, $body) = @_;
        print {$client} substr(pack('V', length $body), 0, 3), chr $number,
            $body; $client->flush };
    my $take = sub { read $client, my $head, 4 or return '';
        read $client, my $body, unpack('V', substr($head, 0, 3) . "\0");
        return $body };
    $send->(0, chr(10) . "5.5.5-10.11.6-MariaDB\0" . pack('V', 7) . 'abcdefgh'
        . "\0" . pack('vCvvC', 0xa20a, 45, 2, 0x0008, 21) . "\0" x 10
        . "ijklmnopqrst\0" . "mysql_native_password\0");
    $take->();
    $send->(2, "\xfemysql_clear_password\0");
    $t->_write("$dir/heard", $take->());
    POSIX::_exit(0);
}
sub heard {
    my ($asks) = @_;
    unlink "$dir/heard";
    my ($pid, $at) = rogue();
    $asks->($at);
    waitpid $pid, 0;
    ok(-e "$dir/heard", 'somebody has listened');
    return $t->read_file("$dir/heard");
}
unlike(heard(sub {
    my ($at) = @_;
    $t->_write("$dir/tls.cnf", "[backup-tasks]\nhost=127.0.0.1\nport=$at\n"
        . "user=u\npassword=Geheim-4711\n");
    $t->run_program($t->build . '/backup-tasks-ctl', '--store', "$dir/tls.cnf",
        'status');
}), qr/Geheim/, 'store: no password in clear');
$t->_write("$dir/secret", "Geheim-4711\n");
chmod 0600, "$dir/secret";
unlike(heard(sub {
    my ($at) = @_;
    $t->ctl('cluster', 'add', '--endpoints', "127.0.0.1:$at", '--user', 'u',
        '--password-file', "$dir/secret", 'x');
}), qr/Geheim/, 'cluster: no password in clear');

# A certificate of the right CA for another name.
sub restart {
    $t->stop_db;
    $t->{db}{options} = [@tcp[0 .. 2], @_];
    $t->start_db;
    return;
}
restart("--ssl-cert=$dir/other.pem", "--ssl-key=$dir/other.key");
my ($status, $text) = store('tls', 'ssl-mode=VERIFY_IDENTITY',
    "ssl-ca=$dir/other.pem");
is($status, 1, 'a certificate for another name: refused') or diag $text;
like(check('tls', '--tls-ca', "$dir/other.pem"), qr/^FAIL  \w+: /m,
    'cluster: a certificate for another name');

# A server that has lost its TLS: what asks for it is refused, by the library
# or by us.
restart();
for my $mode (qw(REQUIRED VERIFY_CA VERIFY_IDENTITY)) {
    ($status, $text) = store('plain', "ssl-mode=$mode");
    is($status, 1, "$mode without TLS: refused");
    like($text, qr/TLS|SSL/, 'and says why');
    like(check('plain', '--tls', lc $mode), qr/^FAIL  \w+: .*(?:TLS|SSL)/m,
        "cluster: $mode without TLS: refused");
}
is((store('plain'))[0], 0, 'preferred goes on without');

$t->done;
