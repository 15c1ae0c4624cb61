#!/usr/bin/perl
# ctl_monitor.t: backup-tasks-ctl monitor: one line and an exit code that monitors know.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new->start('db');
my $records = BackupTasks::Records->new($t);

my $figures = qr/clusters=\d+ critical=\d+ warning=\d+ stale=\d+ unknown=\d+ risks=\d+/;

sub monitor {
    my ($wanted, $says, @arguments) = @_;
    my ($status, $text) = $t->ctl('monitor', @arguments);
    my $what = "@arguments";
    is($status, $wanted, "$wanted: $says");
    like($text, $says, 'says why');
    like($text, qr/\A[^\n]*\n\z/, 'in one line');
    like($text, qr/ \| $figures\n/, 'with figures') if $wanted < 3;
    return $text;
}

monitor(3, qr/^BACKUP UNKNOWN: there is no such cluster/);

# One cluster without any trouble.
my $good = $records->add_cluster(name => 'good');
my $tenant = $records->add_tenant(cluster_id => $good, name => 'acct');
my $now = $t->value('SELECT UTC_TIMESTAMP(6)');
$records->add(data => cluster_id => $good, tenant_id => $tenant, mode => 'FULL',
    start_time => $now, end_time => $now, status => 'COMPLETED');
my $log = $records->add(log => cluster_id => $good, tenant_id => $tenant,
    start_time => $now, status => 'IN_PROGRESS', latency_seconds => 5,
    observed => $now, latest_backup_time => $now);
monitor(0, qr/^BACKUP OK: 0 of 1 clusters at risk \| clusters=1 critical=0 /);
is_deeply([ $t->ctl('check', '--monitor', 'good') ],
    [ $t->ctl('monitor', 'good') ], 'check --monitor is the same');
is(($t->ctl('check', '--monitor', 'nobody'))[0], 3, 'with its exit status');
is(($t->ctl('check', '--monitor', 'a', 'b'))[0], 3, 'whatever is wrong');

# Its log backup was stopped: somebody's will, but to be seen.
$records->set(log => $log, status => 'STOPPED');
monitor(1, qr/^BACKUP WARNING: 1 of 1 clusters at risk; LOG_STOPPED of good\/acct/);
$records->set(log => $log, status => 'INTERRUPTED');
monitor(2, qr/^BACKUP CRITICAL: 1 of 1 clusters at risk; LOG_INTERRUPTED of good/);

# Another cluster, with a name that would break the line.
my $bad = $records->add_cluster(name => "bad|x=1\nOK");
$records->add(log => cluster_id => $bad, status => 'FAILED',
    start_time => $now, tenant_id => $records->add_tenant(cluster_id => $bad,
    name => 'none'));
monitor(2, qr/1 of 1 clusters at risk.* LOG_FAILED of bad\?x=1\?OK\/none \|/,
    "bad|x=1\nOK");
monitor(2, qr/2 of 2 clusters/);
$records->set(log => $log, status => 'IN_PROGRESS');
monitor(0, qr/^BACKUP OK: 0 of 1/, 'good');
monitor(3, qr/^BACKUP UNKNOWN: there is no such cluster/, 'nothing');

# It does not answer.
$t->sql("UPDATE clusters SET observed = UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE"
    . " WHERE id = $good");
monitor(1, qr/^BACKUP WARNING: .*; STALE of good since 20/, 'good');
$t->sql("UPDATE clusters SET observed = NULL WHERE id = $good");
$t->sql("UPDATE log_backups SET status = 'IN_PROGRESS', observed = NULL,"
    . ' latency_seconds = NULL');
monitor(3, qr/^BACKUP UNKNOWN: 0 of 1/, 'good');

# Nobody looks any more.
$t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6)');
$t->sql("INSERT INTO agents (name, started, last_seen) VALUES ('one',"
    . ' UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)');
monitor(2, qr/^BACKUP CRITICAL: .*; no agent was seen since 20/, 'good');
$t->sql("UPDATE agents SET last_seen = UTC_TIMESTAMP(6)");
monitor(0, qr/^BACKUP OK/, 'good');

# What keeps it from telling is not critical, and not good either.
monitor(3, qr/^BACKUP UNKNOWN: usage/, 'good', 'bad');
my ($status, $text) = $t->run_program("$t->{build}/backup-tasks-ctl",
    '--store', '/nothing/there', 'monitor');
is($status, 3, 'no option file: 3');
like($text, qr/^BACKUP UNKNOWN: ./, 'says so');
$t->stop_db;
monitor(3, qr/^BACKUP UNKNOWN: ./);

$t->done;
