#!/usr/bin/perl
# worker_scope.t: what is out of scope does not exist: rows, counts, risks, single documents.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use BackupTasks::Xml qw(xml_parse);
use Test::More;

my $t = BackupTasks->new->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);
my $now = $t->value('SELECT UTC_TIMESTAMP() - INTERVAL 3 HOUR');

# Three clusters, two tenants each; one record of each kind per tenant.
my (%cluster, %tenant, %id);
my %groups = (pay => ['core'], 'a b/c%' => ['core', 'x y'], lab => []);
for my $c (sort keys %groups) {
    $cluster{$c} = $records->add_cluster(name => $c, groups => $groups{$c},
        round_seconds => 100000);
    for my $n ('acct', 'b/t') {
        my $tenant = $records->add_tenant(cluster_id => $cluster{$c},
            name => $n);
        $tenant{"$c|$n"} = $tenant;
        my %place = (cluster_id => $cluster{$c}, tenant_id => $tenant,
            start_time => $now);
        my $data = $records->add(data => %place, status => 'FAILED',
            mode => 'FULL', method => 'PHYSICAL', cause => { code => '-9040' });
        $id{"$c|$n"} = {
            data => $data,
            log => $records->add(log => %place, status => 'STOPPED'),
            cleanup => $records->add(cleanup => %place, status => 'FAILED'),
            second => $records->add(second => %place, status => 'FAILED',
                kind => 'DATA', task_id => $data) };
    }
}

my %seen = (
    '*'                       => [sort keys %tenant],
    'pay'                     => ['pay|acct', 'pay|b/t'],
    'pay/acct'                => ['pay|acct'],
    'a%20b%2Fc%25/b%2Ft'      => ['a b/c%|b/t'],
    'group:core'              => ['a b/c%|acct', 'a b/c%|b/t', 'pay|acct',
                                  'pay|b/t'],
    'group:x%20y lab/acct'    => ['a b/c%|acct', 'a b/c%|b/t', 'lab|acct'],
    'lab pay/acct'            => ['lab|acct', 'lab|b/t', 'pay|acct'],
    ''                        => [],
    'group:nobody PAY p%25'   => [],
);

my %row = (data => 'tasks/task', log => 'backups/log-backup',
    cleanup => 'tasks/cleanup-task', second => 'backups/second-backup');
my %single = (data => 'data-task', log => 'log-backup',
    cleanup => 'cleanup-task', second => 'second-backup');

for my $scope (sort keys %seen) {
    my @mine = @{ $seen{$scope} };
    my %mine = map { $_ => 1 } @mine;
    for my $view (sort keys %row) {
        my $root = $worker->root($view, 'size=50', scope => $scope);
        is_deeply([sort { $a <=> $b } map { $_->text('id') }
            $root->find($row{$view})],
            [sort { $a <=> $b } map { $id{$_}{$view} } @mine],
            "'$scope' $view: its rows");
        my $sum = 0;
        $sum += $_->text for $root->find('summary/count');
        is($sum, scalar @mine, "'$scope' $view: its counts");
        my ($logs) = grep { $_->attr('view') eq 'log' }
            $root->find('overview/kind');
        my $stopped = 0;
        $stopped += $_->text for $logs->find('count');
        is($stopped, scalar @mine, "'$scope' $view: its overview");
        my %clusters = map { (split /\|/)[0] => 1 } @mine;
        is($root->find('health')->attr('clusters'), scalar keys %clusters,
            "'$scope' $view: its health");
        my $stream = $worker->root($view, 'size=all', scope => $scope);
        is(scalar(() = $stream->find($row{$view})), scalar @mine,
            "'$scope' $view: the stream");
    }
    my @bad;
    for my $place (sort keys %id) {
        for my $view (sort keys %single) {
            my $status = $worker->ask_one($single{$view}, $view,
                $id{$place}{$view}, scope => $scope)->{status};
            push @bad, "$view of $place: $status"
                if $status != ($mine{$place} ? 200 : 404);
        }
        for my $ask (['data-cause', 'data'], ['data-second', 'data']) {
            my $status = $worker->ask_one($ask->[0], $ask->[1],
                $id{$place}{data}, scope => $scope)->{status};
            push @bad, "$ask->[0] of $place: $status"
                if $status != ($mine{$place} ? 200 : 404);
        }
        my $status = $worker->ask('action', '', kind => 'log',
            id => $id{$place}{log}, action => 'start', scope => $scope)
            ->{status};
        push @bad, "form of $place: $status"
            if $status != ($mine{$place} ? 200 : 404);
    }
    is_deeply(\@bad, [], "'$scope': single documents");
}

# Single tenants of a cluster.
my $root = xml_parse($worker->ask_one('cluster', 'clusters', $cluster{pay},
    scope => 'pay/acct')->{body});
is_deeply([map { $_->text('name') } $root->find('tenants/tenant')], ['acct'],
    'a cluster shows the tenants in scope');
is_deeply([sort map { $_->text('tenant') // '' } $root->find('risk')],
    [('acct') x scalar(() = $root->find('risk'))],
    'and the risks of these alone');
is($worker->ask_one('cluster', 'clusters', $cluster{lab},
    scope => 'pay')->{status}, 404, 'another cluster is not there');

# The same cause elsewhere is not counted.
$root = xml_parse($worker->ask_one('data-cause', 'data',
    $id{'pay|acct'}{data}, scope => 'pay')->{body});
is($root->text('same-cause'), 1, 'causes are counted in scope');
is(scalar(() = $root->find('same-task')), 1, 'and their tasks listed');
$root = xml_parse($worker->ask_one('data-cause', 'data',
    $id{'pay|acct'}{data})->{body});
is($root->text('same-cause'), 5, 'in every scope');
is(scalar(() = $root->find('same-task')), 5, 'as many as are counted');

# Acts out of scope: nothing happens, nothing is written.
my $answer = $worker->post('log', $id{'lab|acct'}{log}, 'start',
    { csrf => 'c0ffee00', 'expected-state' => 'STOPPED',
      'idempotency-key' => 'a' x 32 }, scope => 'pay');
is($answer->{status}, 404, 'no act out of scope');
is($t->value('SELECT COUNT(*) FROM commands'), 0, 'no command');

# Commands and audit of other clusters.
$worker->post('log', $id{"$_|acct"}{log}, 'start', { csrf => 'c0ffee00',
    'expected-state' => 'STOPPED', 'idempotency-key' => 'b' x 32 },
    user => "user-$_") for qw(pay lab);
for my $view (qw(commands audit)) {
    $root = $worker->root($view, 'size=50', scope => 'lab/acct');
    is_deeply([map { join ' ', $_->text('cluster'), $_->text('outcome') // () }
        map { @{ $_->{kids} } } $root->find('items')],
        $view eq 'audit' ? ['lab ACCEPTED', 'lab REFUSED'] : ['lab'],
        "$view: of the scope alone");
    is(scalar(() = map { @{ $_->{kids} } }
        $worker->root($view, 'size=50', scope => '')->find('items')), 0,
        "$view: nothing without a scope");
}

$t->done;
