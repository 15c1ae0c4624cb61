#!/usr/bin/perl
# worker_plans.t: a page reads little of a long history, whatever its filters: rows that the database touched, not time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use Test::More;

my $t = BackupTasks->new->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);

# 30,000 data tasks of three clusters, 10,000 second backups of one.  Without the
# right index or join a page touches all of them.
my %cluster;
for my $name (qw(pay crm lab)) {
    $cluster{$name} = $records->add_cluster(name => $name,
        groups => [ 'all', "of $name" ]);
    my @tenants = map { $records->add_tenant(name => $_,
        cluster_id => $cluster{$name}) } 'acct', "idle $name";
    $records->add_many(10000, cluster_id => $cluster{$name},
        tenant_id => $tenants[0]);
}
$t->sql('UPDATE data_tasks SET backup_set_id = id % 2000, status = CASE WHEN '
    . "cluster_id <> $cluster{lab} AND id % 4 = 0 THEN 'FAILED' ELSE status END, "
    . "mode = CASE WHEN id % 2 = 0 THEN 'FULL' ELSE 'INCREMENTAL' END");
$t->sql('INSERT INTO second_backups (listed_at, id, cluster_id, tenant_id, '
    . 'source_id, kind, status, backup_set_id, updated, change_no) SELECT '
    . "listed_at, id + 1000000, cluster_id, tenant_id, source_id, 'DATA', "
    . "'COMPLETED', backup_set_id, updated, change_no FROM data_tasks "
    . "WHERE cluster_id = $cluster{pay}");
$t->sql("UPDATE second_backups SET kind = 'LOG' ORDER BY listed_at LIMIT 3");
$t->sql('ANALYZE TABLE data_tasks, second_backups, tenants, clusters');

my ($from, $to) = map { $_ * 1_000_000 } time - 7 * 86400, time + 60;

sub touched {
    return $t->value('SELECT CAST(SUM(variable_value) AS SIGNED) FROM '
        . 'information_schema.global_status WHERE variable_name IN '
        . "('HANDLER_READ_KEY', 'HANDLER_READ_NEXT', 'HANDLER_READ_PREV', "
        . "'HANDLER_READ_FIRST', 'HANDLER_READ_LAST', 'HANDLER_READ_RND')");
}

my @scopes = map { [ 'data', '', scope => $_ ] } 'pay', 'pay/acct',
    'group:all', 'group:of%20crm', 'crm/acct lab/acct';
for my $case (
    ['data', ''], ['data', 'status=FAILED'], ['data', 'mode=FULL'],
    ['data', 'cluster=a'], ['data', "cluster-id=$cluster{lab}"],
    ['data', "status=FAILED&cluster-id=$cluster{lab}"],
    ['data', "status=FAILED&cluster-id=$cluster{pay}"],
    ['data', 'tenant=acct'], ['data', 'tenant-name=acct'],
    ['data', 'tenant-name=acct&status=FAILED'], ['data', 'group=all'],
    ['data', 'group=of%20lab'], ['data', 'backup-set=77'],
    ['data', "backup-set=77&cluster-id=$cluster{crm}"],
    ['second', ''], ['second', 'kind=LOG'], ['second', 'backup-set=77'],
    ['second', "status=FAILED&cluster-id=$cluster{pay}"],
    ['second', 'tenant-name=acct'], ['cleanup', ''], ['log', ''], @scopes)
{
    my ($view, $query, %o) = @$case;
    my $before = touched();
    my $answer = $worker->ask($view, "range=7d&size=50&$query", from => $from,
        to => $to, %o);
    my $rows = touched() - $before;
    my $name = "$view?$query" . ($o{scope} ? " of $o{scope}" : '');
    is($answer->{status}, 200, $name) or diag $answer->{body};
    cmp_ok($rows, '<', 12_000, "$name: $rows rows touched");
}

# A feed reads the changes of its page, of a kind and a status that is rare, too,
# and of few records theirs.
$t->sql('UPDATE changes c JOIN data_tasks d ON d.id = c.record_id SET'
    . ' c.new_status = d.status, c.number = 100 + d.id DIV 3');
$t->sql("UPDATE data_tasks SET method = 'LOGICAL' ORDER BY listed_at LIMIT 5");
$t->sql('UPDATE data_tasks SET mode = CASE WHEN listed_at < UTC_TIMESTAMP() -'
    . " INTERVAL 1660 MINUTE THEN 'INCREMENTAL' ELSE 'FULL' END");
$t->sql('INSERT INTO acknowledgements SELECT id, \'li\', UTC_TIMESTAMP(6), NULL'
    . ' FROM data_tasks ORDER BY listed_at LIMIT 5');
$t->sql("INSERT INTO changes VALUES (1, 'log', 9000000, $cluster{pay}, 1,"
    . " NULL, 'FAILED', UTC_TIMESTAMP(6))");
$t->sql("UPDATE changes SET new_status = 'UNKNOWN' WHERE number < 110");
$t->sql('ANALYZE TABLE changes, record_keys, data_tasks');
for my $case (
    ['data', ''], ['data', 'status=FAILED'], ['data', 'status=UNKNOWN'],
    ['data', 'mode=FULL'], ['data', 'method=LOGICAL'],
    ['data', 'mode=INCREMENTAL'], ['data', 'backup-set=77'],
    ['data', 'settled=yes'], ['data', 'settled=no'],
    ['data', 'cluster=a'], ['data', "cluster-id=$cluster{lab}"],
    ['data', 'tenant-name=acct'], ['data', 'group=all'],
    ['data', 'group=of%20lab'], ['clusters', ''], ['log', ''],
    ['clusters', "cluster-id=$cluster{pay}"], ['cleanup', ''],
    ['commands', ''], ['audit', ''], @scopes)
{
    my ($view, $query, %o) = @$case;
    my $before = touched();
    my $answer = $worker->ask($view, $query, format => 'atom', %o);
    my $rows = touched() - $before;
    my $name = "$view.atom?$query" . ($o{scope} ? " of $o{scope}" : '');
    is($answer->{status}, 200, $name) or diag $answer->{body};
    cmp_ok($rows, '<', 6_000, "$name: $rows rows touched");
}

# What follows a list reads what has changed, not the list, nor what the same
# transaction changed before.
for my $id (values %cluster) {
    $records->set(data => $t->value('SELECT MAX(id) FROM data_tasks WHERE'
        . " cluster_id = $id"), status => 'COMPLETED');
}
my $removed = 0;

# So much changes, and is removed, in a cluster that a reader does not see.
sub change_elsewhere {
    my ($cluster) = @_;
    $t->sql('UPDATE change_counter SET number = LAST_INSERT_ID(number + 1)');
    $t->sql('UPDATE data_tasks SET change_no = LAST_INSERT_ID() WHERE'
        . " cluster_id = $cluster");
    $removed += 5000;
    $t->sql('INSERT INTO removed (kind, record_id, cluster_id, tenant_id,'
        . " updated, change_no) SELECT 'data', 5000000 + $removed + seq,"
        . " $cluster, 1, UTC_TIMESTAMP(6), LAST_INSERT_ID() FROM seq_1_to_5000");
    return;
}

for my $case ([ '*', 'cluster=pay' ], [ '*', "cluster-id=$cluster{pay}" ],
        [ '*', 'tenant-name=acct&cluster=pay' ], [ '*', 'group=of%20pay' ],
        [ 'pay', '' ], [ 'pay crm', '' ], [ 'pay/acct', '' ],
        [ 'pay', 'status=FAILED' ], [ 'group:of%20pay', 'mode=FULL' ]) {
    my ($scope, $query) = @$case;
    my $name = "$query of $scope";
    my ($delta) = $worker->root('data', 'updated-after=2199-01-01T00:00:00Z&'
        . $query, scope => $scope)->link('delta') =~ /(delta=[^&]*)/;
    change_elsewhere($cluster{lab});
    my $before = touched();
    my $root = $worker->root('data', "size=600&$query&$delta", scope => $scope);
    my $rows = touched() - $before;
    is($root->find('page') ? $root->{name} : '', 'data-backup-tasks', $name);
    is(scalar(my @all = ($root->find('tasks/task'), $root->find('removed'))), 0,
        'nothing to tell');
    cmp_ok($rows, '<', 60, "what others changed is not passed: $rows rows");
    $before = touched();
    $worker->root('data', 'updated-after=2199-01-01T00:00:00Z&' . $query,
        scope => $scope);
    $rows = touched() - $before;
    # To choose an index it reads up to 2,000 rows of each.
    cmp_ok($rows, '<', 7_000, "nor by a start: $rows rows");
    next if $query =~ /status|mode/;
    my $id = $t->value('SELECT MAX(id) FROM data_tasks WHERE cluster_id ='
        . " $cluster{pay}");
    $records->set(data => $id, status => 'FAILED');
    is(($worker->root('data', "size=600&$query&$delta", scope => $scope)
        ->find('tasks/task/id'))[0]->text, $id, 'its own are told');
}

for my $scope ('*', 'pay', 'crm/acct lab/acct', 'group:all') {
    my $root = $worker->root('data', 'updated-after=2199-01-01T00:00:00Z',
        scope => $scope);
    my ($delta) = $root->link('delta') =~ /(delta=.*)/;
    $records->set(data => $_->[0], status => 'FAILED') for $t->sql(
        'SELECT id FROM data_tasks ORDER BY RAND() LIMIT 3');
    my $before = touched();
    my $answer = $worker->ask('data', $delta, scope => $scope);
    my $rows = touched() - $before;
    is($answer->{status}, 200, "delta of $scope") or diag $answer->{body};
    cmp_ok($rows, '<', 100, "delta of $scope: $rows rows touched");
    my ($next) = $worker->root('data', "size=10&$delta", scope => $scope)
        ->link('delta') =~ /(delta=.*)/;
    $before = touched();
    $answer = $worker->ask('data', "size=10&$next", scope => $scope);
    $rows = touched() - $before;
    cmp_ok($rows, '<', 100, "the one after: $rows rows touched");
    $before = touched();
    $worker->ask('data', 'updated-after=2199-01-01T00:00:00Z',
        scope => $scope);
    $rows = touched() - $before;
    cmp_ok($rows, '<', 2_500, "its start: $rows rows touched");
}

$t->done;
