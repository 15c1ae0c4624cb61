#!/usr/bin/perl
# agent_housekeeping.t: old samples become hourly, old tombstones leave, overdue commands expire; by one agent.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new->start('db');
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'c');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'shop');
my ($log, $other) = map { $records->add(log => cluster_id => $cluster,
    tenant_id => $tenant, start_time => '2026-01-01 00:00:00',
    status => 'IN_PROGRESS', method => 'PHYSICAL') } 1 .. 2;

# Samples of every five minutes from ten days ago on; the worst of an hour is
# at its tenth sample.
my $old = q{DATE_FORMAT(UTC_TIMESTAMP() - INTERVAL 10 DAY, '%Y-%m-%d %H:00:00')};
$t->sql('INSERT INTO log_latency (log_id, sampled_at, latency_seconds) SELECT'
    . " $log, $old + INTERVAL seq * 5 MINUTE, IF(seq % 12 = 9, 500 + seq, 5)"
    . ' FROM seq_0_to_2879');
$t->sql('INSERT INTO log_latency (log_id, sampled_at, latency_seconds) SELECT'
    . " $other, UTC_TIMESTAMP() - INTERVAL seq * 5 MINUTE, 7"
    . ' FROM seq_1_to_100');

# Marks of what has gone, and changes: some of them too old.
for my $days (10, 390, 410, 500) {
    $t->sql('INSERT INTO removed (kind, record_id, cluster_id, tenant_id,'
        . " updated, change_no) VALUES ('data', 900000 + $days, $cluster,"
        . " $tenant, UTC_TIMESTAMP(6) - INTERVAL $days DAY, $days)");
    $t->sql('INSERT INTO changes (number, kind, record_id, cluster_id,'
        . " tenant_id, at) VALUES ($days, 'data', 900000 + $days, $cluster,"
        . " $tenant, UTC_TIMESTAMP(6) - INTERVAL $days DAY)");
}
$t->sql('INSERT INTO commands (action, kind, target_id, cluster_id,'
    . ' tenant_id, expected_state, state, open_target, idempotency_key,'
    . ' requested_by, requested_at, deadline, updated, change_no) VALUES'
    . " ('stop', 'log', $other, $cluster, $tenant, 'IN_PROGRESS', 'REQUESTED',"
    . " $other, 'k', 'li', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1"
    . ' SECOND, UTC_TIMESTAMP(6), 0)');

$t->start_agent(name => $_) for qw(a b);
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM log_latency WHERE'
    . " log_id = $log AND sampled_at < UTC_TIMESTAMP() - INTERVAL 8 DAY")
    <= 49 }), 'samples older than a week are hourly');
ok($t->wait_until(sub { $t->value("SELECT state FROM commands WHERE"
    . " idempotency_key = 'k'") eq 'EXPIRED' }), 'an overdue command expired');
is($t->value('SELECT COUNT(*) FROM log_latency WHERE log_id ='
    . " $log AND sampled_at < UTC_TIMESTAMP() - INTERVAL 8 DAY AND"
    . ' latency_seconds < 500'), 0, 'the worst of each hour stands for it');
cmp_ok($t->value('SELECT COUNT(*) FROM log_latency WHERE log_id ='
    . " $log AND sampled_at > UTC_TIMESTAMP() - INTERVAL 6 DAY"), '>=',
    6 * 24 * 12 - 12, 'newer ones stay as they are');
is($t->value("SELECT COUNT(*) FROM log_latency WHERE log_id = $other"), 100,
    'as do all of a log backup without older ones');
for my $table (qw(removed changes)) {
    is($t->value("SELECT GROUP_CONCAT(record_id - 900000 ORDER BY record_id)"
        . " FROM $table WHERE record_id >= 900000"), '10,390',
        "$table: 400 days are kept");
}
is($t->value("SELECT COUNT(*) FROM leases WHERE name = 'housekeeping' AND"
    . ' lease_until > UTC_TIMESTAMP(6)'), 1, 'one agent does it');
is($t->stop_agent($_), 0, "$_ ends") for qw(a b);
is($t->value('SELECT COUNT(*) FROM leases WHERE agent_id IS NOT NULL'), 0,
    'and gives it back');
$t->done;
