#!/usr/bin/perl
# atom_property.t: a feed of any filters and any scope holds exactly the changes of a straightforward SQL query.
#
# BT_CASES: how many (300; 5,000 with BT_LONG).  BT_SEED repeats a run.

use strict;
use warnings;

use Encode ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(form_encode);
use BackupTasks::Records;
use BackupTasks::Worker;
use POSIX ();
use Test::More;

my $cases = $ENV{BT_CASES} || ($ENV{BT_LONG} ? 5_000 : 300);
my $seed = $ENV{BT_SEED} || time;
srand $seed;
note("BT_SEED=$seed");

my $t = BackupTasks->new(sample => 300)->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);

sub any { return $_[ int rand @_ ] }
sub chance { return rand() < $_[0] }
sub quoted { return BackupTasks::Records::quote($_[0]) }

# --- what there is -----------------------------------------------------------

my %table = (data => 'data_tasks', log => 'log_backups',
    cleanup => 'cleanup_tasks', second => 'second_backups');
my %codes = (data => [qw(IN_PROGRESS FAILED COMPLETED UNKNOWN)],
    log => [qw(STARTING IN_PROGRESS STOPPING STOPPED FAILED INTERRUPTED)],
    cleanup => [qw(PENDING EXECUTING FAILED COMPLETED UNKNOWN)],
    second => [qw(SCHEDULING IN_PROGRESS COMPLETED FAILED UNKNOWN)]);
for my $kind (sort keys %table) {
    my @ids = map { $_->[0] } $t->sql("SELECT id FROM $table{$kind}");
    $records->set($kind, any(@ids), status => any(@{ $codes{$kind} }))
        for 1 .. 40;
    $records->remove($kind, $ids[$_]) for 0 .. 2;
}
$t->sql('INSERT INTO acknowledgements (record_id, acknowledged_by,'
    . ' acknowledged_at) SELECT id, \'li\', UTC_TIMESTAMP(6) FROM data_tasks'
    . ' ORDER BY id DESC LIMIT 7');

sub texts { return map { Encode::decode('UTF-8', $_->[0]) } $t->sql(@_) }

my @clusters = map { $_->[0] } $t->sql('SELECT id FROM clusters');
my @names = texts('SELECT name FROM clusters');
my @tenants = texts('SELECT DISTINCT name FROM tenants');
my @groups = texts('SELECT DISTINCT name FROM cluster_groups');
my @places = map { [ map { Encode::decode('UTF-8', $_) } @$_ ] } $t->sql(
    'SELECT c.name, n.name FROM tenants n JOIN clusters c ON'
    . ' c.id = n.cluster_id');
my @parents = map { $_->[0] } $t->sql('SELECT DISTINCT task_id FROM'
    . " second_backups WHERE kind = 'DATA' AND task_id IN (SELECT id FROM"
    . ' data_tasks)');
my @times = map { $_->[0] } $t->sql('SELECT CAST(UNIX_TIMESTAMP(at) * 1000000'
    . ' AS SIGNED) FROM changes');

# --- one case ----------------------------------------------------------------

# A pattern of a contained name, as the contract has it.
sub contains {
    my ($column, $text) = @_;
    return "$column COLLATE utf8mb4_general_ci LIKE " . quoted('%' . $text
        =~ s/([%_|])/|$1/gr . '%') . " ESCAPE '|'";
}

# Each filter: what is asked, and the condition it stands for.
my %filter = (
    cluster => sub { my $part = substr any(@names), 0, 1 + int rand 5;
        ([ cluster => $part ], contains('c.name', $part)) },
    tenant => sub { my $part = substr any(@tenants), 0, 1 + int rand 3;
        ([ tenant => $part ], contains('n.name', $part)) },
    'cluster-id' => sub { my $id = any(@clusters);
        ([ 'cluster-id' => $id ], "t.cluster_id = $id") },
    'tenant-name' => sub { my $name = any(@tenants);
        ([ 'tenant-name' => $name ], 'n.name = ' . quoted($name)) },
    group => sub { my $name = any(@groups); ([ group => $name ], 'EXISTS'
        . ' (SELECT 1 FROM cluster_groups g WHERE g.cluster_id = c.id AND'
        . ' g.name = ' . quoted($name) . ')') },
    status => sub { my ($kind) = @_; my @codes = grep { chance(0.4) }
        @{ $codes{$kind} }; return if !@codes;
        ([ map { (status => $_) } @codes ], 't.new_status IN ('
        . join(', ', map { quoted($_) } @codes) . ')') },
    mode => sub { my $mode = any(qw(FULL INCREMENTAL));
        ([ mode => $mode ], "r.mode = '$mode'") },
    method => sub { my $method = any(qw(PHYSICAL LOGICAL));
        ([ method => $method ], "r.method = '$method'") },
    kind => sub { my $kind = any(qw(DATA LOG));
        ([ kind => $kind ], "r.kind = '$kind'") },
    'backup-set' => sub { my $set = 1 + int rand 40;
        ([ 'backup-set' => $set ], "r.backup_set_id = $set") },
    settled => sub { my $yes = any(qw(yes no)); ([ settled => $yes ],
        ($yes eq 'yes' ? '' : 'NOT ') . '(EXISTS (SELECT 1 FROM'
        . ' acknowledgements q WHERE q.record_id = t.record_id) OR EXISTS'
        . ' (SELECT 1 FROM causes y WHERE y.record_id = t.record_id AND'
        . " y.code IN ('CANCELED', '4072', '-4072')))") },
);
my @place = qw(cluster tenant cluster-id tenant-name group);
my %takes = (data => [ @place, qw(status mode method backup-set settled) ],
    log => [ @place, qw(status method settled) ],
    cleanup => [ @place, qw(status settled) ],
    second => [ @place, qw(status kind backup-set settled) ],
    clusters => \@place);

# Items of a scope, and what they let see.
sub a_scope {
    return ('*', '1 = 1') if chance(0.5);
    my (@items, @sql);
    for (1 .. 1 + int rand 3) {
        my $way = int rand 3;
        my ($cluster, $tenant) = @{ any(@places) };
        my $group = any(@groups);
        my $coded = sub { join '', map { form_encode(x => $_)
            =~ s/^x=//r } @_ };
        if ($way == 0) {
            push @items, $coded->($cluster);
            push @sql, 'c.name = ' . quoted($cluster);
        } elsif ($way == 1) {
            push @items, 'group:' . $coded->($group);
            push @sql, 'EXISTS (SELECT 1 FROM cluster_groups s WHERE'
                . ' s.cluster_id = c.id AND s.name = ' . quoted($group) . ')';
        } else {
            push @items, $coded->($cluster) . '/' . $coded->($tenant);
            push @sql, '(c.name = ' . quoted($cluster) . ' AND n.name = '
                . quoted($tenant) . ')';
        }
    }
    return (join(' ', @items), '(' . join(' OR ', @sql) . ')');
}

sub a_window {
    return ([], [], '1 = 1') if chance(0.7);
    my ($from, $to) = sort { $a <=> $b } map { any(@times) - int rand 3 } 1, 2;
    $to++ if $from == $to;
    my @text = map { POSIX::strftime('%Y-%m-%dT%H:%M:%S', gmtime
        int($_ / 1_000_000)) . sprintf '.%06dZ', $_ % 1_000_000 } $from, $to;
    return ([ range => 'custom', from => $text[0], to => $text[1] ],
        [ from => $from, to => $to ], join ' AND ', map { "t.at $_->[0] '"
        . $_->[1] =~ s/T/ /r =~ s/Z//r . "'" } [ '>=', $text[0] ],
        [ '<', $text[1] ]);
}

sub feed_of {
    my ($list, $parent, $query, %o) = @_;
    my $answer = $parent ? $worker->ask('data-second', $query,
        kind => 'data', id => $parent, %o) : $worker->ask($list, $query, %o);
    return undef if $answer->{status} != 200;
    return [ map { $_->text('id') =~ m{([^/]+/\d+/\d+)\z} }
        $t->xml($answer)->find('entry') ];
}

my $entries = 0;
for my $case (1 .. $cases) {
    my $list = any(sort keys %takes);
    my $parent = $list eq 'second' && chance(0.2) ? any(@parents) : 0;
    my ($scope, $seen) = $parent ? ('*', '1 = 1') : a_scope();
    my ($asked, $window, $during) = a_window();
    ($asked, $window, $during) = ([], [], '1 = 1') if $list eq 'clusters';
    my @query = @$asked;
    my @where = ($seen, $during, $parent ? "r.task_id = $parent" : ());
    for my $name (grep { chance(0.2) } @{ $takes{$list} }) {
        my ($pairs, $sql) = $filter{$name}->($list) or next;
        push @query, @$pairs;
        push @where, $sql;
    }
    push @where, $list eq 'clusters'
        ? "t.kind IN ('data', 'log', 'cleanup', 'second')" : "t.kind = '$list'";
    my $size = chance(0.7) ? 500 : 1 + int rand 20;
    my @wanted = map { $_->[0] } $t->sql("SELECT CONCAT(t.kind, '/',"
        . " t.record_id, '/', t.number) FROM changes t LEFT JOIN clusters c ON"
        . ' c.id = t.cluster_id LEFT JOIN tenants n ON n.id = t.tenant_id'
        . ($list eq 'clusters' ? '' : " LEFT JOIN $table{$list} r ON"
            . ' r.id = t.record_id')
        . ' WHERE t.new_status IS NOT NULL AND NOT t.old_status <=> t.new_status'
        . ' AND ' . join(' AND ', @where) . ' ORDER BY t.number DESC,'
        . " t.record_id DESC LIMIT $size");
    # A parameter may be there once, but for the status.
    my @pairs = map { [ @query[ 2 * $_, 2 * $_ + 1 ] ] } 0 .. @query / 2 - 1;
    my $query = join '&', "size=$size", map { form_encode(@$_) } @pairs;
    my $found = feed_of($list, $parent, $query, format => 'atom',
        scope => $scope, @$window);
    $entries += @wanted;
    if (!$found || "@$found" ne "@wanted") {
        is($found ? "@$found" : 'no feed', "@wanted",
            "case $case: $list " . ($parent || '') . " ?$query of $scope");
        last;
    }
}
cmp_ok($entries, '>', 10 * $cases, "$cases feeds, $entries entries");
$t->done;
