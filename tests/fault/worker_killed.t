#!/usr/bin/perl
# worker_killed.t: a worker that dies in the middle of a large answer breaks the transfer, visibly.

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

my $all = '/backup/data.xml?range=7d&size=all';
my $page = '/backup/data?range=7d&size=50';

sub is_whole {
    my ($answer, $what) = @_;
    is($answer->{status}, 200, "$what: 200");
    ok($answer->{complete}, "$what: whole");
    my $root = $t->xml($answer);
    is(scalar(my @tasks = $root->find('tasks/task')), $rows, "$what: rows");
    is($root->find('page')->attr('complete'), 'true', "$what: says so");
    return;
}

sub is_broken {
    my ($answer, $what) = @_;
    is($answer->{status}, 200, "$what: began well");
    ok(!$answer->{complete}, "$what: the transfer is broken");
    unlike($answer->{body}, qr/<page /, "$what: no last element");
    return;
}

# A reader that takes a little and then waits.
sub begin {
    my $call = $t->open_get($all, user => 'feed');
    ok(BackupTasks::Http::read_some($call, 200_000), 'it has begun');
    return $call;
}

is_whole($t->get($all, user => 'feed'), 'undisturbed');

my $call = begin();
$t->kill_worker;
is_broken($t->finish($call), 'worker killed');

my $away = $t->get($page, user => 'viewer');
is($away->{status}, 503, 'no worker: 503');
ok($away->{headers}{'retry-after'}, 'Retry-After');
like($away->{headers}{'content-type'}, qr{^text/html}, 'a page');

$t->start_worker;
is_whole($t->get($all, user => 'feed'), 'after a new start');

$call = begin();
$t->kill_db;
is_broken($t->finish($call), 'database killed');
$t->start_db;
is_whole($t->get($all, user => 'feed'), 'database back');

$t->expect_log(qr/upstream prematurely closed|connect\(\) to unix/);
$t->done;
