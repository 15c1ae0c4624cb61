#!/usr/bin/perl
# ctl_cluster_check.t: "cluster add" and "check" against clusters of each kind; the agent sees them at once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Standin;
use Test::More;

my $t = BackupTasks->new->start('db');
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
my $four = $standin->open('c42', version => '4.2.1.0', tenants => [
    { name => 'shop', archiving => 1 }, { name => 'bare' }]);
my $three = $standin->open('c31', version => '3.1.4');
for my $file (['pw', 'standin'], ['bad', 'Geheim-4711']) {
    $t->_write($t->dir . "/$file->[0]", "$file->[1]\n");
    chmod 0600, $t->dir . "/$file->[0]";
}

sub run {
    my ($name, $wanted, $says, @arguments) = @_;
    my ($status, $text) = $t->ctl('cluster', @arguments);
    is($status, $wanted, "$name: $wanted") or diag $text;
    like($text, $says, "$name: says so");
    unlike($text, qr/^FAIL[^\n]*\n(?! )/m, "$name: each FAIL has a hint");
    unlike($text, qr/standin\b(?!\/)|Geheim/, "$name: no password");
    my ($sum) = $text =~ /^\S+: (\d+ passed, \d+ to look at, \d+ failed)$/m;
    my %count = map { $_ => scalar(() = $text =~ /^$_  /mg) }
        qw(PASS WARN FAIL);
    is($sum // '', "$count{PASS} passed, $count{WARN} to look at, $count{FAIL}"
        . ' failed', "$name: its sum") if $text =~ /^(?:PASS|FAIL)/m && "@arguments" ne 'check --all';
    return $text;
}
my @as = ('--user', 'root@sys', '--password-file', $t->dir . '/pw');
my @four = ('--endpoints', "127.0.0.1:$four", @as);
my @three = ('--endpoints', "127.0.0.1:$three", @as);

# What is wrong is said, and nothing is registered.
run('an old cluster', 1, qr/^FAIL  version: 3\.1\.4.*\n +use the adapter oceanbase2/m,
    'add', @three, 'x');
run('a new cluster', 1, qr/^FAIL  version: 4\.2\.1\.0\n +use the adapter oceanbase4/m,
    'add', '--adapter', 'oceanbase2', @four, 'x');
run('a wrong password', 1, qr/^FAIL  access: .*Access denied/m, 'add',
    '--endpoints', "127.0.0.1:$four", '--user', 'root@sys', '--password-file',
    $t->dir . '/bad', 'x');
run('nobody there', 1, qr/^FAIL  connection: .*127\.0\.0\.1:1/m, 'add',
    '--endpoints', '127.0.0.1:1', @as, 'x');
run("TLS $_", 1, qr/^FAIL  \w+: .*(?:TLS is required|SSL)/m, 'add', '--tls',
    $_, @four, 'x') for qw(required verify_ca verify_identity);
run('no OceanBase', 1, qr/^FAIL/m, 'add', '--endpoints', $t->dir . '/db.sock',
    '--user', 'root', 'x');
run('no such program', 1, qr/^FAIL  program: \/nowhere\/x/m, 'add',
    '--adapter', 'program', '--program', '/nowhere/x', 'x');
run('a program without its settings', 1, qr/^FAIL .*--secret option:/m, 'add',
    '--adapter', 'program', '--program',
    $t->root . '/programs/backup-tasks-mariadb', 'x');
is($t->value('SELECT COUNT(*) FROM clusters'), 0, 'nothing is registered');

# Registered, and seen by the agent.
$t->start_agent;
my $text = run('4.2', 0, qr/^new is registered$/m, 'add', @four, 'new');
like($text, qr/^PASS  version: 4\.2\.1\.0$/m, 'its version');
like($text, qr/^WARN  tenant bare, log backup: .*\n +Start on the page/m,
    'a tenant that is not backed up, and what to do');
like($text, qr/^WARN  encryption: none\n +.*--tls-ca/m, 'no TLS');
run('3.1', 0, qr/^old is registered$/m, 'add', '--adapter', 'oceanbase2',
    '--endpoints', "127.0.0.1:1,127.0.0.1:$three", @as, 'old');
ok($t->wait_until(sub { 2 == $t->value('SELECT COUNT(*) FROM clusters WHERE'
    . ' observed IS NOT NULL') }), 'the agent has asked both');
is($t->value("SELECT GROUP_CONCAT(version ORDER BY name) FROM clusters"),
    '4.2.1.0,3.1.4-OceanBase CE', 'their versions');
is($t->value('SELECT COUNT(*) FROM log_backups'), 2 + 1, 'their log backups');
like(run('list', 0, qr/^new\toceanbase4\t4\.2\.1\.0\tanswers\t\S+ \S+\tagent\t/m,
    'list', '-H'), qr/^old\toceanbase2\t3\.1\.4/m, 'both answer');
run('check of all', 0, qr/^new: .*^old: /ms, 'check', '--all');

# Paused: nobody asks. Removed: nobody holds it. Registered again: it goes on.
run('pause', 0, qr/not asked/, 'pause', 'new');
my $asked = sub { $t->value("SELECT observed FROM clusters WHERE name = 'new'") };
ok($t->wait_until(sub { my $first = $asked->();
    !$t->wait_until(sub { $asked->() ne $first }, 12) }, 40), 'paused');
run('resume', 0, qr/asked again/, 'resume', 'new');
my $before = $asked->();
ok($t->wait_until(sub { $asked->() ne $before }, 40), 'resumed');
run('remove', 0, qr/its records stay/, 'remove', '--yes', 'old', 'old');
ok($t->wait_until(sub { $t->value('SELECT agent_id IS NULL FROM clusters'
    . " WHERE name = 'old'") }), 'nobody holds it');
run('add again', 0, qr/with the records that it had/, 'add', '--adapter',
    'oceanbase2', @three, 'old');
ok($t->wait_until(sub { $t->value("SELECT observed > UTC_TIMESTAMP() - INTERVAL"
    . " 30 SECOND AND stale_reason <=> '' OR stale_reason IS NULL FROM clusters"
    . " WHERE name = 'old'") }), 'and asked again');
is($t->value('SELECT COUNT(*) FROM log_backups'), 3, 'the same records');
run('remove with records', 0, qr/its records are gone/, 'remove', '--records',
    '--yes', 'new', 'new');
is($t->value("SELECT COUNT(*) FROM log_backups l JOIN clusters c ON c.id ="
    . " l.cluster_id WHERE c.name LIKE 'new%'"), 0, 'gone');
is(($t->ctl('check'))[0], 0, 'the store agrees with itself');
is(($t->ctl(qw(audit verify)))[0], 0, 'the trail is whole');
$t->stop_agent;
$standin->stop;
$t->done;
