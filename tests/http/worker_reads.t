#!/usr/bin/perl
# worker_reads.t: a page reads few rows of a long history, whatever is asked for.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use Test::More;

my $rows = 30000;        # one each 10 seconds: three and a half days

my $t = BackupTasks->new->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);
my %tenant;
for my $n (1 .. 3) {
    my $cluster = $records->add_cluster(name => "c$n", groups => ["g$n"]);
    $tenant{$cluster} = $records->add_tenant(cluster_id => $cluster,
        name => "t$n");
}
my ($big, $small, $empty) = sort { $a <=> $b } keys %tenant;
my $at = "UTC_TIMESTAMP(6) - INTERVAL 10 * seq SECOND";
$t->sql("INSERT INTO record_keys (id, kind, cluster_id, incarnation,"
    . " ob_tenant_id, source_id, listed_at) SELECT 1000 + seq, 'data', $big, 1,"
    . " 1, seq, $at FROM seq_1_to_$rows");
$t->sql('INSERT INTO data_tasks (listed_at, id, cluster_id, tenant_id,'
    . ' source_id, mode, method, backup_set_id, start_time, status, updated,'
    . " change_no) SELECT listed_at, id, cluster_id, $tenant{$big}, source_id,"
    . " 'FULL', 'PHYSICAL', id DIV 1000, listed_at, IF(id % 1000 = 0,"
    . " 'FAILED', 'COMPLETED'), listed_at, 1 FROM record_keys");
$t->sql('INSERT INTO hourly_counts SELECT * FROM (SELECT'
    . " 'data', DATE_FORMAT(listed_at, '%Y-%m-%d %H:00:00') AS h,"
    . ' cluster_id, tenant_id, status, mode, method, COUNT(*) FROM data_tasks'
    . ' GROUP BY h, status) AS q');
$t->sql('INSERT INTO hourly_counts SELECT kind, hour, 0, 0, status, mode,'
    . " method, tasks FROM hourly_counts");
$records->add(data => cluster_id => $small, tenant_id => $tenant{$small},
    start_time => $t->value('SELECT UTC_TIMESTAMP() - INTERVAL 3 DAY'),
    status => 'FAILED', mode => 'INCREMENTAL', method => 'LOGICAL',
    backup_set_id => 7);
$t->sql('ANALYZE TABLE data_tasks, hourly_counts, clusters, tenants');

# Rows that all statements have asked the tables for.
sub rows_read {
    return $t->value('SELECT CAST(SUM(variable_value) AS SIGNED)'
        . ' FROM information_schema.global_status'
        . " WHERE variable_name LIKE 'HANDLER\\_READ\\_%'"
        . " AND variable_name <> 'HANDLER_READ_RND_DELETED'");
}

# What one request reads, its rows and its summary.
sub cost {
    my ($view, $query, %o) = @_;
    my $before = rows_read();
    my $own = rows_read() - $before;
    $before = rows_read();
    my $root = $worker->root($view, $query, %o);
    my $cost = rows_read() - $before - $own;
    my $total = 0;
    $total += $_->text for $root->find('summary/count');
    return ($cost, scalar(() = $root->find('tasks/task')), $total, $root);
}

my $most = 5500;         # two hours at the edges are 720 rows, a probe 4000
my @cases = (
    ['range=7d&size=20', 20, $rows + 1],
    ['range=7d&size=20&status=FAILED', 20, $rows + 1],
    ['range=7d&size=20&status=IN_PROGRESS', 0, $rows + 1],
    ['range=7d&size=20&cluster=c1', 20, $rows],
    ['range=7d&size=20&cluster=c2', 1, 1],
    ["range=7d&size=20&cluster-id=$empty", 0, 0],
    ['range=7d&size=20&tenant=t2', 1, 1],
    ['range=7d&size=20&tenant-name=t2', 1, 1],
    ['range=7d&size=20&group=g2', 1, 1],
    ['range=7d&size=20&cluster=nobody', 0, 0],
    ['range=7d&size=20&cluster=c2&status=FAILED', 1, 1],
    ['range=7d&size=20&cluster-id=' . $small . '&backup-set=7', 1, 1],
    ['range=7d&size=20&mode=FULL', 20, $rows],
    ['size=20&updated-after=' . $t->value("SELECT DATE_FORMAT(UTC_TIMESTAMP()"
        . " - INTERVAL 30 MINUTE, '%Y-%m-%dT%H:%i:%sZ')"), 20, undef],
);
for my $case (@cases) {
    my ($query, $count, $total) = @$case;
    cost('data', $query);        # the statements are prepared, too
    my ($cost, $found, $sum) = cost('data', $query);
    cmp_ok($cost, '<', $most, "$query: reads $cost rows");
    is($found, $count, "$query: rows");
    is($sum, $total, "$query: counted") if defined $total;
}

# The hundredth page costs what the first does.
my ($first, undef, undef, $root) = cost('data', 'range=7d&size=20');
for (1 .. 100) {
    my ($query) = $root->link('next') =~ /\?(.*)/;
    ($first, undef, undef, $root) = cost('data', $query);
}
cmp_ok($first, '<', $most, "page 101: reads $first rows");
my ($query) = $root->link('prev') =~ /\?(.*)/;
my ($cost, $found) = cost('data', $query);
cmp_ok($cost, '<', $most, "back to page 100: reads $cost rows");
is($found, 20, 'a whole page');

# A stream reads each row a few times, not the list again for each chunk.
($cost, $found) = cost('data', 'range=7d');
is($found, $rows + 1, 'a stream of everything');
cmp_ok($cost, '<', 10 * $rows, "reads $cost rows: joins, no repetition");

# One record is found by its key.
for my $ask (['data-task', 'data'], ['data-cause', 'data']) {
    my $before = rows_read();
    my $own = rows_read() - $before;
    $before = rows_read();
    is($worker->ask_one(@$ask, 1500)->{status}, 200, $ask->[0]);
    cmp_ok(rows_read() - $before - $own, '<', $most, 'few rows');
}

$t->done;
