#!/usr/bin/perl
# ctl_sample.t: backup-tasks-ctl sample: the promised numbers, everything to be seen, once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Kill qw(kill_library run_killed);
use Test::More;

my $t = BackupTasks->new->start('db');
my $program = $t->build . '/backup-tasks-ctl';
my ($status, $text);

sub empty {
    my @tables = map { $_->[0] } $t->sql('SHOW TABLES');
    $t->sql("TRUNCATE $_") for grep { !/^schema_/ } @tables;
    $t->sql('INSERT INTO change_counter (id, number) VALUES (1, 0)');
    return;
}

sub rows { return $t->value("SELECT COUNT(*) FROM $_[0]") }

sub sound {
    my ($name) = @_;
    my ($code, $told) = $t->ctl('check');
    return is($code, 0, "$name: the store is sound") || diag $told;
}

# The codes of a column, in the order of their names.
sub codes {
    my ($column, $table) = @_;
    return join ' ', map { $_->[0] } $t->sql(
        "SELECT DISTINCT $column FROM $table WHERE $column <> '' ORDER BY 1");
}

# What of the samples does not depend on the time of the run, nor on ids.
sub picture {
    return join "\n", map { join '|', @$_ } $t->sql(
        'SELECT c.name, t.ob_id, d.source_id, d.mode, d.status, d.raw_status, '
        . 'd.size_bytes, d.second_backups, '
        . 'TIMESTAMPDIFF(MICROSECOND, d.start_time, a.began), '
        . 'TIMESTAMPDIFF(MICROSECOND, d.end_time, d.start_time), '
        . 'IFNULL(x.text, 0) FROM data_tasks d '
        . 'JOIN (SELECT MIN(created) AS began FROM clusters) a '
        . 'JOIN clusters c ON c.id = d.cluster_id '
        . 'JOIN tenants t ON t.id = d.tenant_id '
        . 'LEFT JOIN causes x ON x.record_id = d.id ORDER BY 1, 2, 3');
}

($status, $text) = $t->ctl('sample', '--tasks', 0);
is($status, 0, 'no tasks: 0');
is(rows('clusters'), 0, 'nothing at all');

for my $tasks (1, 40, 300) {
    empty();
    ($status, $text) = $t->ctl('sample', '--tasks', $tasks);
    is($status, 0, "$tasks tasks: 0") or diag $text;
    is(rows('data_tasks'), $tasks, "$tasks tasks: exactly");
    sound("$tasks tasks");
}
my $first = picture();

# Again: nothing changes.
my $number = $t->value('SELECT number FROM change_counter');
($status, $text) = $t->ctl('sample', '--tasks', 300);
is($status, 0, 'again: 0');
like($text, qr/there already/, 'says so');
is($t->value('SELECT number FROM change_counter'), $number, 'nothing changed');

empty();
$t->ctl('sample', '--tasks', 300);
is(picture(), $first, 'the same samples another time');
empty();
$t->ctl('sample', '--tasks', 300, '--seed', 7);
isnt(picture(), $first, 'others with another seed');
sound('another seed');

# A real cluster is not made a sample.
empty();
$t->sql("INSERT INTO clusters (name, adapter, created, updated, change_no) "
    . "VALUES ('loyalty', 'program', NOW(6), NOW(6), 0)");
($status, $text) = $t->ctl('sample', '--tasks', 40);
is($status, 1, 'a real cluster of that name: 1');
like($text, qr/there is a real cluster called loyalty/, 'says so');
is(rows('clusters WHERE simulated = 1'), 0, 'nothing was written');

# With the default number everything is to be seen.
empty();
($status, $text) = $t->ctl('sample');
is($status, 0, 'the default: 0') or diag $text;
is(rows('data_tasks'), 2000, '2000 data tasks');
is(codes('status', 'data_tasks'), 'COMPLETED FAILED IN_PROGRESS UNKNOWN',
    'each status of data tasks');
is(codes('status', 'log_backups'), 'FAILED INTERRUPTED IN_PROGRESS STARTING '
    . 'STOPPED STOPPING UNKNOWN', 'of log backups');
is(codes('status', 'cleanup_tasks'),
    'COMPLETED EXECUTING FAILED PENDING UNKNOWN', 'of cleanup tasks');
is(codes('status', 'second_backups'), 'CANCELED CLEANING COMPLETED FAILED '
    . 'IN_PROGRESS SCHEDULING STOPPED UNKNOWN', 'of second backups');
is(codes('kind', 'second_backups'), 'DATA LOG', 'each kind of them');
is(codes('mode', 'data_tasks'), 'FULL INCREMENTAL', 'each mode');
is(codes('method', 'data_tasks'), 'LOGICAL PHYSICAL', 'each method');
is(codes('method', 'log_backups'), 'LOGICAL PHYSICAL', 'of log backups, too');
is(rows('commands c JOIN changes x ON x.number = c.change_no AND '
    . "x.kind = 'command' AND x.record_id = c.id AND x.new_status = c.state"),
    rows('commands'), 'each command is a change');
is(codes('state', 'commands'), 'CANCELED DONE EXPIRED FAILED',
    'each end of a command');
cmp_ok(rows("log_backups WHERE status = 'IN_PROGRESS'"), '>=', 3,
    'three log backups run');
cmp_ok(rows("(SELECT DISTINCT code FROM causes WHERE code <> '') c"), '>=', 13,
    'each common cause');
is($t->value('SELECT MAX(CHAR_LENGTH(text)) FROM causes'), 1000,
    'a cause of 1,000 characters');
cmp_ok(rows('data_tasks d JOIN clusters c ON c.id = d.cluster_id WHERE '
    . "c.adapter = 'oceanbase2' AND d.progress_percent > 0"), '>=', 1,
    'percent of an old cluster');
cmp_ok(rows('data_task_tenants'), '>', 0, 'tenants inside its tasks');
is(rows('clusters'), 24, '24 clusters');
is(rows('clusters WHERE simulated = 1'), 24, 'all said to be simulated');
is(rows('clusters WHERE TIMESTAMPDIFF(SECOND, observed, created) > '
    . '3 * round_seconds'), 1, 'one of them stale');
is(rows('data_tasks WHERE start_time < (SELECT MIN(created) FROM clusters) - '
    . 'INTERVAL 30 DAY OR listed_at > NOW(6)'), 0, 'within 30 days');
is(rows('data_tasks WHERE end_time > NOW(6) OR end_time < start_time'), 0,
    'ends after starts, none in the future');
cmp_ok(rows("data_tasks WHERE status = 'FAILED'"), '<', 100,
    'most backups are good');
is(rows("log_backups WHERE status = 'INTERRUPTED' AND TIMESTAMPDIFF(MINUTE, "
    . 'status_since, observed) = 41'), 1, 'one interrupted 41 minutes ago');
is(rows("log_backups WHERE status = 'STOPPED' AND TIMESTAMPDIFF(DAY, "
    . 'status_since, observed) = 9'), 1, 'one stopped nine days ago');
cmp_ok(rows('log_gaps'), '>', 0, 'gaps');
cmp_ok($t->value('SELECT MAX(rounds) FROM (SELECT COUNT(*) AS rounds FROM '
    . 'log_rounds GROUP BY log_id) r'), '>=', 2, 'several rounds');
cmp_ok(rows('log_latency'), '>', 40 * 400, 'a week of latency');
is(rows('tenants t JOIN clusters c ON c.id = t.cluster_id WHERE '
    . "c.adapter = 'oceanbase4' AND last_full IS NULL AND "
    . 'last_incremental IS NULL'), 0, 'each tenant has a good backup');
cmp_ok(rows("(SELECT c.id FROM clusters c JOIN tenants t "
    . "ON t.cluster_id = c.id AND (t.last_data_status = 'FAILED' OR "
    . 'GREATEST(COALESCE(t.last_full, 0), COALESCE(t.last_incremental, 0)) < '
    . "NOW() - INTERVAL 36 HOUR) JOIN log_backups l ON l.cluster_id = c.id "
    . 'GROUP BY c.id) x'), '<=', 4, 'few clusters are at risk');
sound('the default');

# Killed on its way and called again: as if nothing had been.
SKIP: {
    skip 'the sanitizers want to be loaded first', 1 if $ENV{SAN};
    my $library = kill_library($t->root, $t->dir);
    my @wrong;
    for my $when (qw(SEND SENT)) {
        for my $number ($ENV{BT_LONG} ? map { 7 * $_ } 1 .. 150
            : (9, 60, 200, 333, 450, 610))
        {
            empty();
            run_killed($library, $when, $number, $program, '--store',
                $t->store, 'sample', '--tasks', 300) or next;
            ($status, $text) = $t->ctl('sample', '--tasks', 300);
            my ($code, $told) = $t->ctl('check');
            push @wrong, "$when $number: $status $text $code $told"
                if $status || $code || picture() ne $first;
        }
    }
    is("@wrong", '', 'killed on its way, and called again');
}

for my $arguments (['--tasks', -1], ['--tasks', '3x'], ['--seed', ''],
    ['--nonsense'], ['more'])
{
    ($status, $text) = $t->ctl('sample', @$arguments);
    is($status, 2, "sample @$arguments: 2");
}
$t->sql('DROP TABLE clusters');
($status, $text) = $t->ctl('sample', '--tasks', 1);
is($status, 1, 'a missing table: 1');
like($text, qr/run: backup-tasks-ctl migrate/, 'says what to do');

$t->done;
