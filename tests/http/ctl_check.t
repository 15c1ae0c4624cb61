#!/usr/bin/perl
# ctl_check.t: backup-tasks-ctl check finds what does not agree, and repairs what follows from the rest.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use POSIX ();
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
    ['key', 'record_keys', "WHERE id = $data"]);

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
damage('a record of another tenant',
    "UPDATE record_keys SET ob_tenant_id = 77 WHERE id = $data",
    ["DELETE FROM record_keys WHERE id = $data",
        'INSERT INTO record_keys SELECT * FROM kept_key'],
    qr/data $data has no key of its own/);
damage('a cause of nothing',
    "INSERT INTO causes VALUES (987654, '-1', '', '', '', NOW())",
    ['DELETE FROM causes WHERE record_id = 987654'],
    qr/a cause of record 987654/);
damage('a round of nothing', 'INSERT INTO log_rounds (log_id, incarnation, '
        . "round_id, status) VALUES ($data, 1, 1, 'STOPPED')",
    ["DELETE FROM log_rounds WHERE log_id = $data"],
    qr/round 1 of log backup $data/);
damage('two open commands for one record',
    "INSERT INTO commands (action, kind, target_id, cluster_id, tenant_id, "
        . 'expected_state, state, idempotency_key, requested_by, requested_at, '
        . 'deadline, updated, change_no, open_target) SELECT action, kind, '
        . "target_id, cluster_id, tenant_id, expected_state, 'RUNNING', "
        . "CONCAT('x', seq), requested_by, requested_at, deadline, updated, "
        . 'change_no, CASE seq WHEN 1 THEN target_id END FROM commands, '
        . 'seq_1_to_2 WHERE id = 1',
    ["DELETE FROM commands WHERE idempotency_key LIKE 'x_'"],
    qr/command \d+ is RUNNING for \d+$/m);

# The audit trail: each event is bound to the one before it.
$t->sql('CREATE TABLE kept_audit AS SELECT * FROM audit_events');
my @audit_back = ('DELETE FROM audit_events',
    'INSERT INTO audit_events SELECT * FROM kept_audit');
damage('an event that was changed',
    "UPDATE audit_events SET user = 'eve' WHERE id = 2", \@audit_back,
    qr/audit event 2 is not what was written/);
damage('an event that is gone', 'DELETE FROM audit_events WHERE id = 3',
    \@audit_back, qr/audit event 4 does not follow the one before it/);
damage('the first event is gone', 'DELETE FROM audit_events WHERE id = 1',
    \@audit_back, qr/audit event 2 does not follow the one before it/);
damage('an event without hash',
    'UPDATE audit_events SET hash = NULL WHERE id = 5', \@audit_back,
    qr/audit event 5 has no hash/);
damage('an event of another chain', 'UPDATE audit_events SET previous_hash = '
    . 'REPEAT(x\'00\', 32) WHERE id = 4', \@audit_back,
    qr/audit event 4 was not written after the one before it/);

# What follows from other rows is found and put right.
sub repairable {
    my ($name, $does, $says, $again) = @_;
    my @before = map { join '|', @$_ } $t->sql($again);
    $t->sql($does);
    my ($found, $told) = $t->ctl('check');
    is($found, 1, "$name: 1");
    like($told, $says, "$name: told");
    like($told, qr/to do: backup-tasks-ctl check --repair/, "$name: what to do");
    ($found, $told) = $t->ctl('check', '--repair');
    is($found, 0, "$name: repaired") or diag $told;
    like($told, qr/^[1-9]\d* other values put right$/m, "$name: said");
    is_deeply([ map { join '|', @$_ } $t->sql($again) ], \@before,
        "$name: as it was");
    return;
}

my $known = 'SELECT last_full, last_incremental, last_data_id, last_data_at, '
    . 'last_data_status FROM tenants ORDER BY id';
repairable('an old last full backup',
    "UPDATE tenants SET last_full = '2020-01-01' WHERE id = $tenant",
    qr/tenant $tenant says last full backup 2020-01-01/, $known);
repairable('a last full backup that never was',
    "UPDATE tenants SET last_full = '2090-01-01' WHERE id = $tenant",
    qr/tenant $tenant says last full backup 2090-01-01/, $known);
repairable('no last incremental backup',
    "UPDATE tenants SET last_incremental = NULL",
    qr/tenant $tenant says last full backup .*, incremental never;/, $known);
repairable('a wrong status of the newest backup',
    "UPDATE tenants SET last_data_status = 'FAILED' WHERE id = $tenant",
    qr/tenant $tenant says its newest finished backup is data \d+, FAILED; its tasks say data \d+, COMPLETED/,
    $known);
repairable('no newest backup', 'UPDATE tenants SET last_data_at = NULL, '
    . "last_data_id = NULL, last_data_status = NULL WHERE id = $tenant",
    qr/tenant $tenant says its newest finished backup is none/, $known);
repairable('a wrong number of second backups', 'UPDATE data_tasks SET '
    . "second_backups = second_backups + 1 WHERE id = $data",
    qr/data $data says \d+ second backups, there are \d+/,
    'SELECT id, second_backups FROM data_tasks ORDER BY id');
cmp_ok($t->value("SELECT change_no FROM data_tasks WHERE id = $data"), '>',
    $number, 'feeds see it again');
my $open = 'SELECT id, open_target FROM commands ORDER BY id';
repairable('an ended command that is open',
    'UPDATE commands SET open_target = 5 WHERE id = 1',
    qr/command 1 is [A-Z]+, but open for 5/, $open);
$t->sql("UPDATE commands SET state = 'RUNNING', open_target = target_id "
    . 'WHERE id = 2');
repairable('an open command that is not',
    'UPDATE commands SET open_target = NULL WHERE id = 2',
    qr/command 2 is RUNNING, but not open/, $open);
my $counter = 'SELECT number FROM change_counter';
$number = $t->value($counter);
repairable('a counter that went back', 'UPDATE change_counter SET number = 1',
    qr/the counter stands at 1, but data has \d+/,
    "SELECT number >= $number FROM change_counter");
$t->sql('DELETE FROM change_counter');
($status, $text) = $t->ctl('check');
like($text, qr/change_counter has lost its row/, 'a lost counter: told');
($status, $text) = $t->ctl('check', '--repair');
is($status, 0, 'a lost counter: repaired') or diag $text;
cmp_ok($t->value($counter), '>=', $number, 'it is not behind where it stood');

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

# Removal: what the tenant knew of a removed task stays, and is not wrong.
my ($last, $at) = @{ ($t->sql('SELECT last_data_id, last_data_at FROM tenants '
    . "WHERE id = $tenant"))[0] };
$t->sql("INSERT INTO removed SELECT 'data', id, cluster_id, tenant_id, NOW(6), "
    . "change_no FROM data_tasks WHERE id = $last");
$t->sql("DELETE FROM data_tasks WHERE id = $last");
($status, $text) = $t->ctl('check', '--repair');
is($status, 0, 'a removed newest backup: 0') or diag $text;
like($text, qr/^0 other values put right$/m, 'the tenant keeps it');

# While a recorder writes: each reading is of one moment, and a repair neither
# loses nor doubles what is written meanwhile.
$t->sql('UPDATE clusters SET observed = NULL');
my $writer = fork // die "fork: $!";
if (!$writer) {
    open STDOUT, '>', '/dev/null';
    exec $t->build . '/backup-tasks-ctl', '--store', $t->store, 'sample',
        '--tasks', 6000 or POSIX::_exit(127);
}
my (@wrong, $turns);
do {
    ($status, $text) = $t->ctl('check');
    push @wrong, $text if $status;
    $t->sql('UPDATE hourly_counts SET tasks = tasks + 1 '
        . "WHERE kind = 'data' LIMIT 3");
    ($status, $text) = $t->ctl('check', '--repair');
    push @wrong, $text if $status;
    $turns++;
} while (waitpid($writer, POSIX::WNOHANG()) == 0);
is($?, 0, 'the writer ended well');
is("@wrong", '', "nothing wrong while it wrote");
($status, $text) = $t->ctl('check');
is($status, 0, 'nor afterwards') or diag $text;
note "checked and repaired $turns times";

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
