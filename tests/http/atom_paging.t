#!/usr/bin/perl
# atom_paging.t: following a feed's links shows each entry once, whatever is written meanwhile, in both directions.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $seed = $ENV{BT_SEED} || time;
srand $seed;
diag "BT_SEED=$seed";

my $t = BackupTasks->new->start;
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'pay');
my $other = $records->add_cluster(name => 'crm');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
my $foreign = $records->add_tenant(cluster_id => $other, name => 'acct');

my %states = (data => [qw(IN_PROGRESS FAILED COMPLETED UNKNOWN)],
    log => [qw(STARTING IN_PROGRESS STOPPED INTERRUPTED)],
    cleanup => [qw(PENDING EXECUTING FAILED)],
    second => [qw(SCHEDULING IN_PROGRESS FAILED)]);
my @kinds = sort keys %states;
my %known = map { $_ => [] } @kinds;

sub any { return $_[ int rand @_ ] }

# A new record of either cluster, or another state of an old one.
sub write_one {
    my ($kind) = @_;
    my $status = any(@{ $states{$kind} });
    if (@{ $known{$kind} } < 3 || rand() < 0.3) {
        my $ours = rand() < 0.8;
        push @{ $known{$kind} }, $records->add($kind, status => $status,
            cluster_id => $ours ? $cluster : $other,
            tenant_id => $ours ? $tenant : $foreign,
            start_time => '2026-02-03 01:00:00',
            $kind eq 'second' ? (kind => any(qw(DATA LOG))) : ());
    } else {
        $records->set($kind, any(@{ $known{$kind} }), status => $status);
    }
    return;
}

# One transaction that changes many, as the first look at a cluster does.
$records->add_many(60, cluster_id => $cluster, tenant_id => $tenant);
$records->add_many(5, cluster_id => $other, tenant_id => $foreign);
write_one(any(@kinds)) for 1 .. 120;
# A clock that was set back, and two changes of one time.
$t->sql('UPDATE changes SET at = at - INTERVAL 3 DAY WHERE number % 7 = 0');
$t->sql("UPDATE changes SET at = '2026-02-03 00:00:00' WHERE number % 5 = 0");

my $changed = 'new_status IS NOT NULL AND NOT old_status <=> new_status';

# What a feed holds, newest first: kind/record/number.
sub expected {
    my ($where) = @_;
    return map { $_->[0] } $t->sql("SELECT CONCAT(kind, '/', record_id, '/',"
        . " number) FROM changes WHERE $changed AND $where"
        . ' ORDER BY number DESC, record_id DESC');
}

sub short { return $_[0] =~ m{([^/]+/\d+/\d+)\z} ? $1 : $_[0] }

# Follows a link to its end; between two pages something is done.
sub follow {
    my ($href, $rel, $between) = @_;
    my (@found, @pages);
    while (defined $href) {
        my $answer = $t->get($href, user => 'feed');
        is($answer->{status}, 200, $href) or last;
        my $root = $t->xml($answer);
        my @page = map { short($_->text('id')) } $root->find('entry');
        push @found, $rel eq 'previous' ? reverse @page : @page;
        push @pages, $href;
        is($root->link('first') =~ s/\?.*//r, $href =~ s/\?.*//r, 'first');
        $href = $root->link($rel);
        $between->() if $between;
    }
    return (\@found, \@pages);
}

my %where = (
    'data' => "kind = 'data'", 'log' => "kind = 'log'",
    'cleanup' => "kind = 'cleanup'", 'second' => "kind = 'second'",
    'clusters' => "kind IN ('data', 'log', 'cleanup', 'second')",
);
my @feeds = ((map { [ $_, '', $where{$_} ] } sort keys %where),
    [ 'data', 'status=FAILED', "$where{data} AND new_status = 'FAILED'" ],
    [ 'data', 'status=FAILED&status=UNKNOWN', "$where{data} AND new_status IN"
        . " ('FAILED', 'UNKNOWN')" ],
    [ 'clusters', "cluster-id=$cluster", "$where{clusters} AND cluster_id ="
        . " $cluster" ],
    [ 'data', 'cluster=r', "$where{data} AND cluster_id = $other" ],
    [ 'data', 'mode=FULL', "$where{data} AND record_id IN (SELECT id FROM"
        . " data_tasks WHERE mode = 'FULL')" ],
    [ 'second', 'kind=LOG', "$where{second} AND record_id IN (SELECT id FROM"
        . " second_backups WHERE kind = 'LOG')" ]);

for my $feed (@feeds) {
    my ($list, $query, $where) = @$feed;
    my $size = 1 + int rand 9;
    my $start = "/backup/$list.atom?size=$size&$query";
    my @before = expected($where);

    # Forward, while new entries come on top: none of these, all of the others.
    my ($found, $pages) = follow($start, 'next',
        sub { write_one(any(@kinds)) for 1 .. 1 + int rand 3 });
    my %new = map { $_ => 1 } expected($where);
    delete @new{@before};
    is_deeply([ grep { !$new{$_} } @$found ], \@before,
        "$list?$query, $size: each entry once, in order");
    is(scalar(grep { $new{$_} } @$found), 0, 'and none that came later');

    # Back from the last page to the top, over all that has come since, the
    # entries of the last page apart.
    my $last = $t->xml($t->get($pages->[-1], user => 'feed'));
    my @kept = map { short($_->text('id')) } $last->find('entry');
    my ($back) = follow($last->link('previous'), 'previous');
    is_deeply([ reverse @$back, ], [ grep { my $id = $_;
        !grep { $id eq $_ } @kept } expected($where) ],
        "$list?$query, $size: back to the top");
}

# A page that came by "previous" leads on to the next one, with nothing between.
my $first = $t->xml($t->get('/backup/clusters.atom?size=4', user => 'feed'));
my $second = $t->xml($t->get($first->link('next'), user => 'feed'));
my $again = $t->xml($t->get($second->link('previous'), user => 'feed'));
my @ids = map { $_->text('id') } $first->find('entry');
is_deeply([ map { $_->text('id') } $again->find('entry') ], \@ids,
    'there and back');
is($again->link('previous'), undef, 'at the top there is no previous page');
is_deeply([ map { $_->text('id') } $t->xml($t->get($again->link('next'),
    user => 'feed'))->find('entry') ], [ map { $_->text('id') }
    $second->find('entry') ], 'and on again');

# At the top nothing is newer yet; then there is.
my ($top) = $first->find('entry');
my $one = $t->xml($t->get('/backup/clusters.atom?size=1', user => 'feed'));
my $two = $t->xml($t->get($one->link('next'), user => 'feed'));
my $up = $two->link('previous');
is(short(($t->xml($t->get($up, user => 'feed'))->find('entry'))[0]->text('id')),
    short($top->text('id')), 'one page up');
write_one('log');
my $newer = $t->xml($t->get($up, user => 'feed'));
is(short(($newer->find('entry'))[0]->text('id')), short($top->text('id')),
    'the same page still, where one more came');
ok($newer->link('previous'), 'which the next one up shows');

# Retention takes the oldest changes while somebody reads.
my @before = expected($where{clusters});
my $half = (sort { $a <=> $b } map { m{(\d+)\z} } @before)[ @before / 2 ];
my $removed = 0;
my ($found) = follow('/backup/clusters.atom?size=20', 'next', sub {
    $t->sql("DELETE FROM changes WHERE number < $half") if !$removed++ });
my %left = map { $_ => 1 } expected($where{clusters});
is_deeply([ grep { $left{$_} } @$found ], [ grep { $left{$_} } @before ],
    'what retention left is told once');

$t->done;
