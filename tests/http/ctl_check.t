#!/usr/bin/perl
# ctl_check.t: backup-tasks-ctl check finds what does not agree, and repairs the counts.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $t = BackupTasks->new(sample => 300)->start('db');

my ($status, $text) = $t->ctl('check');
is($status, 0, 'a store as the recorder left it: 0') or diag $text;
is($text, "the record store is sound\n", 'says so');

# Each damage is found, told with its place, and gone with its undoing.
sub damage {
    my ($name, $does, $undoes, $says) = @_;
    $t->sql($does);
    my ($found, $told) = $t->ctl('check');
    is($found, 1, "$name: 1");
    like($told, $says, "$name: told");
    $t->sql($_) for @$undoes;
    ($found, $told) = $t->ctl('check');
    is($found, 0, "$name: undone") or diag $told;
    return;
}

my $data = $t->value('SELECT id FROM data_tasks ORDER BY id LIMIT 1');
my $cleanup = $t->value('SELECT id FROM cleanup_tasks ORDER BY id LIMIT 1');
my $log = $t->value('SELECT id FROM log_backups ORDER BY id LIMIT 1');
my $tenant = $t->value('SELECT MIN(id) FROM tenants '
    . "WHERE last_full IS NOT NULL AND last_data_status = 'COMPLETED'");
my $number = $t->value('SELECT number FROM change_counter');

$t->sql("CREATE TABLE kept AS SELECT * FROM $_->[1] $_->[2]"), $t->sql(
    "RENAME TABLE kept TO kept_$_->[0]") for (
    ['cleanup', 'cleanup_tasks', "WHERE id = $cleanup"],
    ['key', 'record_keys', "WHERE id = $data"],
    ['tenant', 'tenants', "WHERE id = $tenant"],
    ['counter', 'change_counter', '']);

damage('a record that is gone',
    "DELETE FROM cleanup_tasks WHERE id = $cleanup",
    ['INSERT INTO cleanup_tasks SELECT * FROM kept_cleanup'],
    qr/cleanup $cleanup has a key, but no record/);
damage('a record without key', "DELETE FROM record_keys WHERE id = $data",
    ['INSERT INTO record_keys SELECT * FROM kept_key'],
    qr/data $data has no key of its own/);
damage('a key of another time',
    "UPDATE record_keys SET listed_at = '2020-01-01' WHERE id = $data",
    ["DELETE FROM record_keys WHERE id = $data",
        'INSERT INTO record_keys SELECT * FROM kept_key'],
    qr/data $data has no key of its own/);
damage('a removed record that is there',
    "INSERT INTO removed VALUES ('log', $log, 1, 1, NOW(), 1)",
    ["DELETE FROM removed WHERE record_id = $log"],
    qr/log $log has a tombstone, but is there/);
damage('an old last full backup',
    "UPDATE tenants SET last_full = '2020-01-01' WHERE id = $tenant",
    ["DELETE FROM tenants WHERE id = $tenant",
        'INSERT INTO tenants SELECT * FROM kept_tenant'],
    qr/tenant $tenant had a full backup until /);
damage('a wrong status of the newest backup',
    "UPDATE tenants SET last_data_status = 'FAILED' WHERE id = $tenant",
    ["UPDATE tenants SET last_data_status = 'COMPLETED' WHERE id = $tenant"],
    qr/tenant $tenant says FAILED of data \d+, which is COMPLETED/);
damage('no newest backup',
    "UPDATE tenants SET last_data_at = NULL WHERE id = $tenant",
    ["DELETE FROM tenants WHERE id = $tenant",
        'INSERT INTO tenants SELECT * FROM kept_tenant'],
    qr/tenant $tenant has a newer finished backup/);
damage('a wrong number of second backups',
    "UPDATE data_tasks SET second_backups = second_backups + 1 "
        . "WHERE id = $data",
    ["UPDATE data_tasks SET second_backups = second_backups - 1 "
        . "WHERE id = $data"],
    qr/data $data says \d+ second backups, there are \d+/);
damage('a cause of nothing',
    "INSERT INTO causes VALUES (987654, '-1', '', '', '', NOW())",
    ['DELETE FROM causes WHERE record_id = 987654'],
    qr/a cause of record 987654/);
damage('a round of nothing', 'INSERT INTO log_rounds (log_id, incarnation, '
        . "round_id, status) VALUES ($data, 1, 1, 'STOPPED')",
    ["DELETE FROM log_rounds WHERE log_id = $data"],
    qr/round 1 of log backup $data/);
damage('an ended command that is open',
    'UPDATE commands SET open_target = 5 WHERE id = '
        . '(SELECT id FROM (SELECT MIN(id) AS id FROM commands) c)',
    ['UPDATE commands SET open_target = NULL'],
    qr/command \d+ is [A-Z]+, but still open/);
damage('a counter that went back', 'UPDATE change_counter SET number = 1',
    ["UPDATE change_counter SET number = $number"],
    qr/the counter stands at 1, but data has \d+/);
damage('a lost counter', 'DELETE FROM change_counter',
    ['INSERT INTO change_counter SELECT * FROM kept_counter'],
    qr/change_counter has lost its row/);

# Counts: each way of being wrong, found cell by cell, and put right.
$t->sql('CREATE TABLE right_counts AS SELECT * FROM hourly_counts');
$t->sql('UPDATE hourly_counts SET tasks = tasks + 2 '
    . "WHERE kind = 'data' AND cluster_id > 0 LIMIT 1");
$t->sql("DELETE FROM hourly_counts WHERE kind = 'second' AND cluster_id = 0 "
    . 'LIMIT 1');
$t->sql("INSERT INTO hourly_counts VALUES ('cleanup', '2020-02-29 23:00:00', "
    . "1, 1, 'FAILED', '', '', 4)");
($status, $text) = $t->ctl('check');
is($status, 1, 'wrong counts: 1');
is(() = $text =~ / counted, \d+ there$/mg, 3, 'three cells') or diag $text;
like($text, qr/^  cleanup, hour 2020-02-29T23:00:00\.000000Z, cluster 1, tenant 1, FAILED: 4 counted, 0 there$/m,
    'told with its place');
like($text, qr/check --repair/, 'says what to do');
($status, $text) = $t->ctl('check', '--repair');
is($status, 0, 'repaired: 0') or diag $text;
like($text, qr/^3 hourly counts put right$/m, 'three of them');
is($t->value('SELECT COUNT(*) FROM (SELECT * FROM hourly_counts UNION '
    . 'SELECT * FROM right_counts) c'),
    $t->value('SELECT COUNT(*) FROM right_counts'), 'as they were');
($status, $text) = $t->ctl('check', '--repair');
like($text, qr/^0 hourly counts put right$/m, 'nothing left to repair');

# Many of one kind are cut short.
$t->sql('UPDATE hourly_counts SET tasks = tasks + 1');
($status, $text) = $t->ctl('check');
is(() = $text =~ / counted, /g, 20, 'twenty are shown');
like($text, qr/^  and \d+ more$/m, 'and the number of the rest');
$t->ctl('check', '--repair');

for my $arguments (['--nonsense'], ['now']) {
    ($status, $text) = $t->ctl('check', @$arguments);
    is($status, 2, "check @$arguments: 2");
    like($text, qr/usage: backup-tasks-ctl check \[--repair\]/, 'usage');
}
$t->sql('RENAME TABLE causes TO other_causes');
($status, $text) = $t->ctl('check');
is($status, 1, 'a missing table: 1');
like($text, qr/run: backup-tasks-ctl migrate/, 'says what to do');

$t->done;
