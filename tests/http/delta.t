#!/usr/bin/perl
# delta.t: whoever follows a list has what the store has, whatever is written meanwhile.
#
# BT_SECONDS: how long writers write (6; 60 with BT_LONG).  BT_SEED repeats a
# run, but for its timing.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use MIME::Base64 ();
use POSIX ();
use Test::More;
use Time::HiRes ();

my $seconds = $ENV{BT_SECONDS} || ($ENV{BT_LONG} ? 60 : 6);
my $seed = $ENV{BT_SEED} || time;
srand $seed;
note("BT_SEED=$seed");

my $t = BackupTasks->new->start;
my $records = BackupTasks::Records->new($t);
my $worker = BackupTasks::Worker->new($t);

my %list = (
    data => { table => 'data_tasks', rows => 'tasks/task' },
    log => { table => 'log_backups', rows => 'backups/log-backup' },
    cleanup => { table => 'cleanup_tasks', rows => 'tasks/cleanup-task' },
    second => { table => 'second_backups', rows => 'backups/second-backup' },
);
my @places;
for my $n (1 .. 3) {
    my $cluster = $records->add_cluster(name => "c$n",
        groups => [ $n == 3 ? 'other' : 'mine' ]);
    push @places, map { [ $cluster, $records->add_tenant(cluster_id => $cluster,
        name => "t$_") ] } 1, 2;
}

my @status = qw(IN_PROGRESS FAILED COMPLETED);

sub add {
    my ($writer, $kind, $time) = @_;
    my ($cluster, $tenant) = @{ $places[ rand @places ] };
    return $writer->add($kind, cluster_id => $cluster, tenant_id => $tenant,
        start_time => $time // '2026-11-22 08:00:00', status => 'IN_PROGRESS',
        $kind eq 'second' ? (kind => 'DATA') : ());
}

# --- a consumer --------------------------------------------------------------

# { id => "status|updated" }, from a start; follows until it is complete.
sub start {
    my ($view, $query) = @_;
    my $self = { view => $view, query => $query // '', have => {} };
    begin($self);
    return $self;
}

sub take {
    my ($self, $answer) = @_;
    return 0 if $answer->{status} != 200 || !$answer->{complete};
    my $root = $t->xml($answer);
    $self->{documents}++;
    for my $row ($root->find($list{ $self->{view} }{rows})) {
        $self->{rows}++;
        $self->{have}{ $row->text('id') } =
            $row->text('status') . '|' . $row->text('updated');
    }
    delete $self->{have}{ $_->text('id') } for $root->find('removed');
    $self->{delta} = $root->link('delta');
    $self->{complete} = $root->find('page')->attr('complete') eq 'true';
    return 1;
}

sub begin {
    my ($self) = @_;
    $self->{have} = {};
    my $first = $self->{view} eq 'log' ? '' : 'updated-after='
        . '1970-01-01T00:00:00Z&';
    return take($self, $t->get("/backup/$self->{view}.xml?$first$self->{query}",
        user => 'feed'));
}

sub follow {
    my ($self) = @_;
    my $answer = $t->get($self->{delta}, user => 'feed');
    return take($self, $answer) if $answer->{status} != 410;
    return begin($self);
}

sub follow_all {
    my ($self) = @_;
    for (1 .. 1000) {
        follow($self) or return 0;
        return 1 if $self->{complete};
    }
    return 0;
}

sub in_store {
    my ($self, $where) = @_;
    return { map { $_->[0] => $_->[1] } $t->sql('SELECT r.id, CONCAT(r.status,'
        . " '|', DATE_FORMAT(r.updated, '%Y-%m-%dT%H:%i:%s.%fZ')) FROM"
        . " $list{ $self->{view} }{table} r JOIN clusters c ON c.id ="
        . ' r.cluster_id JOIN tenants n ON n.id = r.tenant_id WHERE '
        . ($where // '1 = 1')) };
}

# --- step by step ------------------------------------------------------------

my @ids = map { add($records, 'data') } 1 .. 5;
my $reader = start('data');
is(scalar keys %{ $reader->{have} }, 5, 'the whole list');
ok($reader->{delta}, 'and a link to what follows');

follow($reader);
is($reader->{rows}, 5, 'nothing came: no rows');
ok($reader->{complete}, 'complete');

$records->set(data => $ids[1], status => 'FAILED');
my $new = add($records, 'data');
$records->remove(data => $ids[2]);
my $old = $reader->{delta};
follow($reader);
is($reader->{rows}, 7, 'two rows: what changed and what is new');
is_deeply($reader->{have}, in_store($reader), 'the same as the store');
my $root = $t->xml($t->get($old, user => 'feed'));
is(join(' ', map { $_->text('id') } $root->find('tasks/task')),
    "$ids[1] $new", 'the older change first');
is(join(' ', map { $_->text('id') } $root->find('removed')), $ids[2],
    'and what was removed');
is($root->find('query')->attr('view'), 'data', 'a document of the list');
is($root->link('self'), $old, 'with its own address');

# Pages of one row.
my $slow = start('data', 'size=100');
$records->set(data => $_, status => 'COMPLETED') for @ids[ 3, 0, 3, 4 ];
$records->remove(data => $ids[4]);
$slow->{delta} =~ s/size=100/size=1/;
my $steps = 0;
do { follow($slow); $steps++ } while !$slow->{complete} && $steps < 20;
is_deeply($slow->{have}, in_store($slow), 'pages of one row come to the same');
is($steps, 2, 'one page for each row that changed');

# Many rows of one transaction, over pages.
my ($cluster, $tenant) = @{ $places[0] };
$records->add_many(2500, cluster_id => $cluster, tenant_id => $tenant);
$slow->{delta} =~ s/size=1&/size=700&/;
$slow->{documents} = 0;
ok(follow_all($slow), 'follows 2500 rows of one change');
is_deeply($slow->{have}, in_store($slow), 'all are there');
is($slow->{documents}, 4, 'in four documents');

# A start in parts: the position first, then pages, while records change.
my $parts = { view => 'data', query => '', have => {}, delta =>
    $t->xml($t->get('/backup/data.xml?updated-after=2199-01-01T00:00:00Z',
    user => 'feed'))->link('delta') };
my $next = '/backup/data.xml?updated-after=1970-01-01T00:00:00Z&size=700';
while ($next) {
    my $page = $t->xml($t->get($next, user => 'feed'));
    $parts->{have}{ $_->text('id') } = $_->text('status') . '|'
        . $_->text('updated') for $page->find('tasks/task');
    $records->set(data => $_->[0], status => 'FAILED') for $t->sql('SELECT id'
        . ' FROM data_tasks ORDER BY RAND() LIMIT 2');
    $records->remove(data => $_->[0]) for $t->sql('SELECT id FROM data_tasks'
        . ' ORDER BY RAND() LIMIT 2');
    $next = $page->link('next');
}
ok(follow_all($parts), 'follows from before the pages');
is_deeply($parts->{have}, in_store($parts), 'a start in parts');
$t->sql("DELETE FROM data_tasks WHERE source_id LIKE 'many-%'");
$reader = start('data');

# --- filters and scope -------------------------------------------------------

my $narrow = start('data', 'cluster=c1&tenant-name=t2');
my $mine = start('data', 'group=mine');
add($records, 'data') for 1 .. 30;
$records->remove(data => $_) for (keys %{ in_store($narrow) })[ 0 .. 1 ];
follow_all($_) for $narrow, $mine;
is_deeply($narrow->{have}, in_store($narrow, "c.name = 'c1' AND n.name = 't2'"),
    'a filter');
is_deeply($mine->{have}, in_store($mine, "c.name <> 'c3'"), 'a group');

my $gone = $mine->{delta};
$t->sql("UPDATE cluster_groups SET name = 'mine' WHERE name = 'other'");
my $answer = $t->get($gone, user => 'feed');
is($answer->{status}, 410, 'another cluster in the group: 410');
$root = $t->xml($answer);
is($root->text('code'), 'GONE', 'its code');
is($root->text('start-again'), '/backup/data.xml?group=mine', 'start again');
$t->sql("UPDATE cluster_groups SET name = 'other' WHERE cluster_id ="
    . " (SELECT id FROM clusters WHERE name = 'c3')");
is($t->get($gone, user => 'feed')->{status}, 200, 'and back again');

sub add_elsewhere {
    my ($cluster, $tenant) = @{ $places[0] };
    return $records->add(data => cluster_id => $cluster, tenant_id => $tenant,
        start_time => '2026-11-22 08:00:00', status => 'FAILED');
}

sub scoped { my ($scope, $query) = @_;
    return $worker->root('data', $query, scope => $scope) }
# Nor does it show that anything goes on there.
sub position { return scoped('c2', 'updated-after=1970-01-01T00:00:00Z')
    ->link('delta') =~ /delta=(\S+)/ ? (MIME::Base64::decode($1 =~
    tr{-_}{+/}r) =~ /^(.{40})/s)[0] : '' }
my $before = position();
add_elsewhere() for 1 .. 3;
is(position(), $before, 'a position out of scope does not move');

my ($delta) = scoped('c2', 'updated-after=1970-01-01T00:00:00Z')
    ->link('delta') =~ /delta=(\S+)/;
my ($hidden, $seen);
($hidden) = add($records, 'data') while !$hidden || $t->value('SELECT c.name FROM'
    . ' data_tasks d JOIN clusters c ON c.id = d.cluster_id WHERE d.id ='
    . " $hidden") eq 'c2';
$records->remove(data => $hidden);
$root = scoped('c2', "delta=$delta");
is(join(' ', map { $_->text('id') } $root->find('removed')), '',
    'a tombstone out of scope does not show');
is(scalar(my @c1 = grep { $_->text('cluster') ne 'c2' }
    $root->find('tasks/task')), 0, 'nor does a row');

# --- what a record can leave a list by ---------------------------------------

# The ids of a list as it is now, read anew.
sub listed {
    my ($self) = @_;
    return [ sort keys %{ start(@$self{qw(view query)})->{have} } ];
}

sub is_followed {
    my ($self, $what) = @_;
    ok(follow_all($self), "$what: follows");
    is_deeply([ sort keys %{ $self->{have} } ], listed($self), $what);
    return;
}

my ($one, $other) = map { $records->add(data => cluster_id => $places[0][0],
    tenant_id => $places[0][1], start_time => '2026-11-22 08:00:00',
    status => 'FAILED', mode => 'FULL', method => 'PHYSICAL',
    backup_set_id => 7) } 1, 2;
my @narrowed = map { start('data', $_) } 'status=FAILED',
    'status=FAILED&status=IN_PROGRESS', 'settled=no', 'settled=yes',
    'mode=FULL', 'method=PHYSICAL', 'backup-set=7',
    'mode=FULL&settled=no&cluster=c1';
is_followed($_, "$_->{query}: nothing") for @narrowed;
$records->set(data => $one, status => 'COMPLETED');
is_followed($_, "$_->{query}: another status") for @narrowed;
$t->sql("INSERT INTO acknowledgements VALUES ($other, 'li', UTC_TIMESTAMP(6),"
    . ' NULL)');
$records->set(data => $other, raw_status => 'x');
is_followed($_, "$_->{query}: acknowledged") for @narrowed;
$records->set(data => $other, mode => undef, backup_set_id => 8,
    method => 'LOGICAL');
is_followed($_, "$_->{query}: other values, and none") for @narrowed;
$records->set(data => $_, status => 'FAILED', mode => 'FULL',
    backup_set_id => 7, method => 'PHYSICAL') for $one, $other;
is_followed($_, "$_->{query}: back again") for @narrowed;
$t->sql("DELETE FROM record_keys WHERE source_id LIKE 'many-%'");
$records->add_many(5000, cluster_id => $cluster, tenant_id => $tenant);
my $failed = start('data', 'status=FAILED');
$t->sql('UPDATE change_counter SET number = LAST_INSERT_ID(number + 1)');
$t->sql("UPDATE data_tasks SET mode = 'FULL', change_no = LAST_INSERT_ID()"
    . " WHERE source_id LIKE 'many-%'");
$records->set(data => $one, status => 'COMPLETED');
is_followed($failed, 'more that do not fit than one statement reads');
$records->set(data => $one, status => 'FAILED');
$failed->{delta} =~ s/(?=status)/size=1&/;
$records->set(data => $_, status => 'COMPLETED') for $one, $other;
$records->set(data => $_, status => 'FAILED') for $other,
    map { add($records, 'data') } 1, 2;
is_followed($failed, 'in pages of one row');
$t->sql("DELETE FROM data_tasks WHERE source_id LIKE 'many-%'");

# A reader of a part is not told of the rest by what does not fit, either, and
# passes it once.
my $ever = 'updated-after=1970-01-01T00:00:00Z';
$root = scoped('c1', "status=FAILED&$ever");
my ($part) = $root->link('delta') =~ /delta=(\S+)/;
$records->set(data => $one, status => 'COMPLETED');
$root = scoped('c1', "status=FAILED&delta=$part");
is(join(' ', map { $_->text('id') } $root->find('removed')), $one,
    'a part: told as removed');
($part) = $root->link('delta') =~ /delta=(\S+)/;
$root = scoped('c1', "status=FAILED&delta=$part");
is(scalar(my @again = $root->find('removed')), 0, 'once');

# Other names: what they select, and what the rows show, is another list.
my %begun = map { $_ => $t->xml($t->get("/backup/data.xml?$_" . '&updated-after='
    . '1970-01-01T00:00:00Z', user => 'feed'))->link('delta') }
    'size=all', 'tenant-name=t2', 'tenant=2', 'cluster=c1', 'cluster=c2',
    "cluster-id=$places[0][0]", "cluster-id=$places[-1][0]";
my ($of_c1) = scoped('c1', $ever)->link('delta') =~ /delta=(\S+)/;
my ($of_c2) = scoped('c2', $ever)->link('delta') =~ /delta=(\S+)/;
my ($of_t2) = scoped('c1/t2', $ever)->link('delta') =~ /delta=(\S+)/;
sub statuses_of_scopes {
    return join ' ', map { $worker->ask('data', "delta=$_->[1]",
        scope => $_->[0])->{status} } [ 'c1', $of_c1 ], [ 'c2', $of_c2 ],
        [ 'c1/t2', $of_t2 ];
}
sub statuses_of_filters {
    return join ' ', map { $t->get($begun{$_}, user => 'feed')->{status} }
        sort keys %begun;
}
is(statuses_of_filters(), '200 200 200 200 200 200 200', 'names as they were');
is(statuses_of_scopes(), '200 200 200', 'for scopes, too');
my $name = $t->value("SELECT name FROM clusters WHERE id = $places[0][0]");
$t->sql("UPDATE clusters SET name = 'gone' WHERE id = $places[0][0]");
is($t->get($begun{'cluster=c1'}, user => 'feed')->{status}, 410,
    'a cluster that lost its name');
is($worker->ask('data', "delta=$of_c1", scope => 'c1')->{status}, 410,
    'and is out of scope by that');
$t->sql("UPDATE clusters SET name = '$name', renames = renames + 1 WHERE id ="
    . " $places[0][0]");
is(join(' ', map { $t->get($begun{$_}, user => 'feed')->{status} == 410
    ? $_ : () } sort keys %begun), join(' ', grep { $_ ne 'cluster=c2'
    && $_ ne "cluster-id=$places[-1][0]" } sort keys %begun),
    'another name of a tenant: 410 for those that see the cluster');
is(statuses_of_scopes(), '410 200 410', 'and for its scopes');
$t->sql('UPDATE clusters SET renames = 0');
$reader = start('data');
add($records, 'data');

# --- what cannot be followed -------------------------------------------------

for my $query ('range=7d', 'size=2&updated-after=1970-01-01T00:00:00Z') {
    is($t->xml($t->get("/backup/data.xml?$query", user => 'feed'))
        ->link('delta'), undef, "no delta of $query");
}
is($t->xml($t->get('/backup/clusters.xml', user => 'feed'))->link('delta'),
    undef, 'none of clusters');
my ($token) = $reader->{delta} =~ /delta=(\S+)/;
for my $case ([ "delta=$token&status=FAILED", 'delta' ],
        [ "range=7d&delta=$token", 'range' ],
        [ "cluster=c1&delta=$token", 'delta' ], [ 'delta=x', 'delta' ],
        [ 'delta=' . reverse($token), 'delta' ],
        [ "delta=$token&updated-after=2026-01-01T00:00:00Z", 'updated-after' ]) {
    my $answer = $t->get("/backup/data.xml?$case->[0]", user => 'feed');
    is($answer->{status}, 400, substr $case->[0], 0, 30);
    is($t->xml($answer)->text('parameter'), $case->[1], 'names it');
}
is($t->get("/backup/log.xml?delta=$token", user => 'feed')->{status}, 400,
    'of another list');
is($t->get("/backup/$_?delta=$token", user => 'operator')->{status}, 400, $_)
    for qw(data data.csv clusters.xml commands.xml);

# A store that was put back to an earlier state.
my $number = $t->value('SELECT number FROM change_counter');
$t->sql('UPDATE change_counter SET number = number - 1');
is($t->get("/backup/data.xml?delta=$token", user => 'feed')->{status}, 200,
    'an older position') if $token;
$reader = start('data');
$t->sql('UPDATE change_counter SET number = 1');
is($t->get($reader->{delta}, user => 'feed')->{status}, 410,
    'ahead of the store: 410');
$t->sql("UPDATE change_counter SET number = $number");

# A position as if it had been told so many days ago: what is after it is a time
# in microseconds, then 16 bytes and the checksum (FNV-1a).
sub aged {
    my ($delta, $days) = @_;
    my ($path, $text) = $delta =~ /^(.*delta=)(.*)$/;
    (my $plain = $text) =~ tr{-_}{+/};
    my $data = MIME::Base64::decode($plain);
    my $issued = unpack 'q>', substr $data, 40, 8;
    substr($data, 40, 8) = pack 'q>', $issued - $days * 86_400_000_000;
    my $sum = 0xcbf29ce4 << 32 | 0x84222325;
    for my $byte (unpack 'C*', substr $data, 0, 64) {
        use integer;
        $sum = ($sum ^ $byte) * (0x100 << 32 | 0x1b3);
    }
    substr($data, 64, 8) = pack 'q>', $sum;
    my $aged = MIME::Base64::encode($data, '');
    $aged =~ tr{+/}{-_};
    return $path . $aged;
}

$reader = start('data');
is(aged($reader->{delta}, 0), $reader->{delta}, 'a position can be aged');
is($t->get(aged($reader->{delta}, 398), user => 'feed')->{status}, 200,
    'a position of 398 days ago');
is($t->get(aged($reader->{delta}, 400), user => 'feed')->{status}, 410,
    'older than the tombstones: 410');

# --- writers against consumers -----------------------------------------------

# A process that writes at random until the time is over, also with clocks that
# were set back.
sub write_at_random {
    my ($until, $which) = @_;
    srand $seed + $which;
    my $writer = BackupTasks::Records->new($t);
    my %mine = map { $_ => [] } keys %list;
    my $writes = 0;
    while (Time::HiRes::time() < $until) {
        my $kind = (sort keys %list)[ rand 4 ];
        my $ids = $mine{$kind};
        eval {
            # A client whose server went may wait for ever.
            local $SIG{ALRM} = sub { die "no answer\n" };
            alarm 5;
            if (!@$ids || rand() < 0.35) {
                push @$ids, $writer->add($kind, cluster_id =>
                    $places[$which][0], tenant_id => $places[$which][1],
                    source_id => "w$which-" . ++$writes, status => 'IN_PROGRESS',
                    start_time => rand() < 0.2 ? '2020-01-01 00:00:00'
                        : '2026-11-22 09:00:00',
                    $kind eq 'second' ? (kind => 'LOG') : ());
            } elsif (rand() < 0.75) {
                $writer->set($kind, $ids->[ rand @$ids ],
                    status => $status[ rand @status ]);
            } else {
                $writer->remove($kind, splice @$ids, rand @$ids, 1);
            }
            alarm 0;
            1;
        } or do {
            alarm 0;
            $t->{db}->_close_client;
            Time::HiRes::sleep(0.2);
        };
    }
    return;
}

my $until = Time::HiRes::time() + $seconds;
my @readers = map { start($_) } sort keys %list;
push @readers, start('data', 'cluster=c1');
my @writers;
for my $which (0, 1, 4) {
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # With a connection of its own.
        delete @{ $t->{db} }{qw(client to from)};
        write_at_random($until, $which);
        POSIX::_exit(0);
    }
    push @writers, $pid;
}
my ($restarts, $half) = (0, Time::HiRes::time() + $seconds / 2);
while (Time::HiRes::time() < $until) {
    follow($_) for @readers;
    if (Time::HiRes::time() > $half && !$restarts++) {
        $t->kill_worker;
        $t->start_worker;
        $t->stop_db;
        follow($_) for @readers;
        $t->start_db;
    }
}
waitpid $_, 0 for @writers;
for my $self (@readers) {
    ok(follow_all($self), "$self->{view}: follows to the end");
    my $where = $self->{query} ? "c.name = 'c1'" : '1 = 1';
    is_deeply($self->{have}, in_store($self, $where), "$self->{view}?"
        . "$self->{query}: the same in the end, after $self->{documents}"
        . " documents and $self->{rows} rows");
}

$t->expect_log(qr/upstream prematurely closed|connect\(\) to unix/);
$t->done;
