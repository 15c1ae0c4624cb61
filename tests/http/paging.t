#!/usr/bin/perl
# paging.t: who follows next sees each lasting row exactly once, while rows come, change and go.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new->start;
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'paging');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');

my %states = (data => [qw(COMPLETED FAILED IN_PROGRESS)],
    cleanup => [qw(COMPLETED FAILED EXECUTING)],
    second => [qw(COMPLETED FAILED IN_PROGRESS)]);
my %container = (data => 'tasks/task', cleanup => 'tasks/cleanup-task',
    second => 'backups/second-backup');
my $seed = $ENV{BT_SEED} || time;
srand $seed;
note("BT_SEED=$seed");

# Minutes back from now; several rows share an instant.
sub at {
    my ($minutes) = @_;
    return $t->value("SELECT UTC_TIMESTAMP() - INTERVAL $minutes MINUTE");
}

sub add {
    my ($kind, $minutes) = @_;
    return $records->add($kind, cluster_id => $cluster, tenant_id => $tenant,
        start_time => at($minutes), status => $states{$kind}[ int rand 3 ],
        $kind eq 'data' ? (mode => 'FULL', method => 'PHYSICAL') : (),
        $kind eq 'second' ? (kind => 'DATA') : ());
}

# What happens between two pages: rows come before, behind and at the reader's
# place, some change, some are cleaned away.
sub disturb {
    my ($kind, $lasting, $passing) = @_;
    push @$passing, add($kind, int rand 1300) for 1 .. 2;
    my $one = (keys %$lasting)[0];
    $records->set($kind, $one, status => $states{$kind}[ int rand 3 ]);
    my $gone = shift @$passing;
    $records->remove($kind, $gone) if $gone;
    return;
}

# Follows a link through the list; the ids in order and the documents' windows.
sub follow {
    my ($kind, $href, $rel, $between) = @_;
    my (@ids, %windows);
    while (defined $href) {
        my $answer = $t->get($href, user => 'feed');
        is($answer->{status}, 200, "$kind $rel") or last;
        my $root = $t->xml($answer);
        my @page = map { $_->text('id') } $root->find($container{$kind});
        is($root->find('page')->attr('count'), scalar @page, 'count');
        my $query = $root->find('query');
        $windows{ $query->attr('from') . ' ' . $query->attr('to') } = 1;
        push @ids, $rel eq 'prev' ? reverse @page : @page;
        $href = $root->link($rel);
        is($root->find('page')->attr('complete'),
            defined $href ? 'false' : 'true', 'complete') if $rel eq 'next';
        $between->();
    }
    return (\@ids, \%windows);
}

sub exactly_once {
    my ($ids, $lasting, $what) = @_;
    my %seen;
    $seen{$_}++ for @$ids;
    is_deeply([ grep { ($seen{$_} || 0) != 1 } sort keys %$lasting ], [],
        "$what: each lasting row once");
    is_deeply([ grep { $seen{$_} > 1 } keys %seen ], [],
        "$what: no row twice");
    return;
}

for my $kind (qw(data cleanup second)) {
    my %lasting = map { add($kind, 10 + 20 * int($_ / 3)) => 1 } 0 .. 59;
    my @passing = map { add($kind, int rand 1300) } 0 .. 19;
    my $start = "/backup/$kind.xml?range=24h&size=7";

    my ($ids, $windows) = follow($kind, $start, 'next',
        sub { disturb($kind, \%lasting, \@passing) });
    exactly_once($ids, \%lasting, "$kind forward");
    is(scalar keys %$windows, 1, "$kind: one window on all pages");

    my $last = $start;
    while (defined(my $next = $t->xml($t->get($last, user => 'feed'))
            ->link('next'))) {
        $last = $next;
    }
    ($ids, $windows) = follow($kind, $last, 'prev',
        sub { disturb($kind, \%lasting, \@passing) });
    exactly_once($ids, \%lasting, "$kind backward");
    is(scalar keys %$windows, 1, "$kind: one window on the way back");
}

my ($status, $text) = $t->ctl('check');
is($status, 0, 'the counts are right') or diag($text);

$t->done;
