#!/usr/bin/perl
# sigterm.t: SIGTERM lets the worker finish what runs, join its threads and end with 0.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http;
use BackupTasks::Records;
use Test::More;

my $rows = 20_000;
my $t = BackupTasks->new->start;
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'large');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
$records->add_many($rows, cluster_id => $cluster, tenant_id => $tenant);

my $call = $t->open_get('/backup/data.xml?range=7d', user => 'feed');
ok(BackupTasks::Http::read_some($call, 200_000), 'a large answer has begun');

my $pid = $t->pid('worker');
kill 'TERM', $pid;
my $answer = $t->finish($call);
ok($answer->{complete}, 'it comes whole');
is(scalar(my @tasks = $t->xml($answer)->find('tasks/task')), $rows, 'all rows');
is($t->stop_worker, 0, 'the worker ends by itself with 0');

is($t->get('/backup/data', user => 'viewer')->{status}, 503, 'now it is away');
$t->start_worker;
is($t->get('/backup/data', user => 'viewer')->{status}, 200, 'and back');

is($t->stop_worker, 0, 'idle: ends with 0, too');
$t->expect_log(qr/connect\(\) to unix/);
$t->done;
