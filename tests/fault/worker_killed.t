#!/usr/bin/perl
# worker_killed.t: a worker or database that dies in the middle of a large answer breaks the transfer, visibly.

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

my $all = '/backup/data.%s?range=7d&size=all';
my $page = '/backup/data?range=7d&size=50';

sub is_whole {
    my ($format, $what) = @_;
    my $answer = $t->get(sprintf($all, $format), user => 'feed');
    is($answer->{status}, 200, "$what: 200");
    ok($answer->{complete}, "$what: whole");
    if ($format eq 'csv') {
        is($answer->{body} =~ tr/\n//, $rows + 1, "$what: lines");
        return;
    }
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
    cmp_ok($answer->{body} =~ tr/\n//, '<', $rows, "$what: not every row");
    return;
}

# A reader that takes a little and then waits.
sub begin {
    my ($format) = @_;
    my $call = $t->open_get(sprintf($all, $format), user => 'feed');
    ok(BackupTasks::Http::read_some($call, 200_000), 'it has begun');
    return $call;
}

for my $format (qw(xml csv)) {
    is_whole($format, 'undisturbed');

    my $call = begin($format);
    $t->kill_worker;
    is_broken($t->finish($call), "$format: worker killed");

    my $away = $t->get($page, user => 'viewer');
    is($away->{status}, 503, 'no worker: 503');
    ok($away->{headers}{'retry-after'}, 'Retry-After');
    like($away->{headers}{'content-type'}, qr{^text/html}, 'a page');

    $away = $t->get(sprintf($all, $format), user => 'feed');
    is($away->{status}, 503, 'no worker: 503');
    like($away->{headers}{'content-type'}, qr{^application/xml},
        'an error document');

    $t->start_worker;
    is_whole($format, 'after a new start');

    $call = begin($format);
    $t->kill_db;
    is_broken($t->finish($call), "$format: database killed");
    $t->start_db;
    is_whole($format, 'database back');
}

$t->expect_log(qr/upstream prematurely closed|connect\(\) to unix/);
$t->done;
