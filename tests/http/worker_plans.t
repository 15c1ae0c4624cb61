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

$t->done;
