#!/usr/bin/perl
# follow.t: agents and others write while worker, store and agents die, clocks go back and names change: who follows has what is there.
#
# BT_SECONDS: how long they write, with one agent and with two (8 each; 60 with
# BT_LONG, for several seeds).  BT_SEED repeats a run, but for its timing.

use strict;
use warnings;

use Encode ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use POSIX ();
use Test::More;
use Time::HiRes ();

my $seconds = $ENV{BT_SECONDS} || ($ENV{BT_LONG} ? 60 : 8);
my @seeds = $ENV{BT_SEED} ? $ENV{BT_SEED}
    : $ENV{BT_LONG} ? (1 .. 5) : 20261122;

my %scope = (feed => '*', one => 'c1', some => 'c1 c2/t2', group => 'group:mine',
    gone => 'c4', operator => '*');
my %container = (data => 'tasks/task', log => 'backups/log-backup',
    cleanup => 'tasks/cleanup-task', second => 'backups/second-backup');
my %table = (data => 'data_tasks', log => 'log_backups',
    cleanup => 'cleanup_tasks', second => 'second_backups');
# What is taken anew at each look, and is no change of the record.
my %volatile = map { $_ => 1 } qw(observed latest-backup-time latency-seconds
    stale);

my ($t, $records, @clusters, @readers, %count, $clock);

sub settings {
    my $scopes = join ' ', map { qq($_ "$scope{$_}";) } sort keys %scope;
    my $roles = join ' ', map { "$_ feed;" } grep { !/^(?:feed|operator)$/ }
        sort keys %scope;
    s/(map \$remote_user \$demo_roles \{)/$1 $roles/;
    s/server \{/map \$remote_user \$test_scope { $scopes }\n    server {/;
    s/backup_tasks_scope +\*;/backup_tasks_scope \$test_scope;/;
    return;
}

# --- an installation ---------------------------------------------------------

sub clock_library {
    my $library = $t->dir . '/clock.so';
    system('cc', '-std=c11', '-D_GNU_SOURCE', '-O1', '-fPIC', '-shared', '-o',
        $library, $t->root . '/tests/lib/clock.c', '-ldl') == 0
        or die "cannot compile clock.c\n";
    return $library;
}

sub start_agent {
    my ($name) = @_;
    $t->start_agent(name => $name, wrapper => [ 'env', "LD_PRELOAD=$clock",
        'CLOCK_FILE=' . $t->dir . "/$name.clock",
        'ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0' ],
        options => [ '--threads', 4 ]);
    return;
}

sub set_up {
    $t = BackupTasks->new(edit => \&settings, database_options =>
        [ '--innodb-flush-log-at-trx-commit=2' ])->start(qw(db worker));
    $t->_write($t->dir . '/htpasswd', join '', map { "$_:" . crypt($_,
        '$1$salt') . "\n" } sort keys %scope);
    $t->start('nginx');
    $records = BackupTasks::Records->new($t);
    $clock = clock_library();
    mkdir $t->dir . '/restless';
    for my $n (1 .. 4) {
        my ($status, $text) = $t->ctl('cluster', 'add', '--adapter', 'program',
            '--program', $t->root . '/tests/lib/restless-program',
            '--endpoints', $t->dir . '/restless', '--round', '5s',
            '--group', $n < 3 ? 'mine' : 'other', "c$n");
        is($status, 0, "c$n is registered") or die $text;
    }
    $t->sql('UPDATE clusters SET round_seconds = 1');
    @clusters = map { $_->[0] } $t->sql('SELECT id FROM clusters ORDER BY id');
    return;
}

# --- a consumer --------------------------------------------------------------

# A row as text, without what is volatile.
sub canonical {
    my ($node) = @_;
    my $attributes = join '', map { " $_=$node->{attr}{$_}" }
        sort keys %{ $node->{attr} };
    return "<$node->{name}$attributes>" . join('', map { canonical($_) }
        grep { !$volatile{ $_->{name} } } @{ $node->{kids} })
        . ($node->{text} =~ /^\s*$/ ? '' : $node->{text});
}

# Reads a document into { id => row }; undef when it did not come.
sub fetch {
    my ($self, $path) = @_;
    my $answer = $t->get($path, user => $self->{user});
    return { gone => 1 } if $answer->{status} == 410;
    return undef if $answer->{status} != 200 || !$answer->{complete};
    my $root = $t->xml($answer);
    $count{documents}++;
    return { rows => { map { ($_->text('id') => canonical($_)) }
            $root->find($container{ $self->{view} }) },
        removed => [ map { $_->text('id') } $root->find('removed') ],
        delta => $root->link('delta'),
        whole => $root->find('page')->attr('complete') eq 'true' };
}

sub whole_list {
    my ($self) = @_;
    my @query = grep { $_ ne '' } $self->{query}, $self->{view} eq 'log' ? ()
        : 'updated-after=1970-01-01T00:00:00Z';
    return fetch($self, "/backup/$self->{view}.xml" . (@query ? '?' : '')
        . join '&', @query);
}

sub begin {
    my ($self) = @_;
    my $list = whole_list($self) or return 0;
    @$self{qw(have delta whole)} = (@$list{qw(rows delta)}, 1);
    $self->{delta} =~ s/\?/?size=$self->{size}&/ if $self->{size};
    return 1;
}

sub follow {
    my ($self) = @_;
    return begin($self) if !$self->{delta};
    my $news = fetch($self, $self->{delta}) or return 0;
    if ($news->{gone}) {
        $count{again}++;
        return begin($self);
    }
    $self->{have}{$_} = $news->{rows}{$_} for keys %{ $news->{rows} };
    delete $self->{have}{$_} for @{ $news->{removed} };
    $count{rows} += keys %{ $news->{rows} };
    $count{removed} += @{ $news->{removed} };
    @$self{qw(delta whole)} = @$news{qw(delta whole)};
    return 1;
}

sub follow_all {
    my ($self) = @_;
    for (1 .. 2000) {
        follow($self) or return 0;
        return 1 if $self->{whole};
    }
    return 0;
}

# away: part of the time in which it does not ask.
sub reader {
    my ($view, $user, $query, %o) = @_;
    return { view => $view, user => $user, query => $query // '', %o,
        name => "$view?" . ($query // '') . " of $user"
            . join '', map { ", $_ $o{$_}" } sort keys %o };
}

sub all_readers {
    return ((map { (reader($_, 'feed'), reader($_, 'some'),
            reader($_, 'group', '', away => 0.7)) } sort keys %container),
        reader('data', 'one'), reader('log', 'one', '', size => 1),
        reader('data', 'gone'), reader('data', 'feed', '', size => 3),
        reader('second', 'feed', 'cluster=c2', size => 20),
        reader('data', 'feed', '', away => 0.9),
        map { reader('data', 'feed', $_) } 'cluster=c1', 'group=mine',
            'tenant-name=t2', 'settled=no', 'settled=yes', 'status=FAILED',
            'mode=FULL&cluster=c2', 'backup-set=2');
}

# --- others that write -------------------------------------------------------

# What goes alone: no record counts or names it.
my %alone = (data => ' WHERE second_backups = 0',
    second => ' WHERE task_id IS NULL');

# Retention takes records, and others come and change, also with a clock that is
# far behind.
sub write_beside {
    my ($until, $seed) = @_;
    srand $seed;
    my $writer = BackupTasks::Records->new($t);
    my $mine = 0;
    while (Time::HiRes::time() < $until) {
        eval {
            local $SIG{ALRM} = sub { die "no answer\n" };
            # Of a record that another has just taken.
            local $SIG{__WARN__} = sub { die @_ };
            alarm 5;
            $t->sql('SET timestamp = ' . (rand() < 0.5 ? time - 30 * 86_400
                : 'DEFAULT'));
            my $kind = (qw(data cleanup second))[rand 3];
            my ($one) = $t->sql("SELECT id FROM $table{$kind}"
                . ($alone{$kind} // '') . ' ORDER BY RAND() LIMIT 1');
            if (!$one || rand() < 0.3) {
                my $cluster = $clusters[ rand 3 ];
                my ($tenant) = map { $_->[0] } $t->sql('SELECT id FROM tenants'
                    . " WHERE cluster_id = $cluster ORDER BY RAND() LIMIT 1");
                $writer->add($kind, cluster_id => $cluster, tenant_id =>
                    $tenant, source_id => "w$seed-" . ++$mine, status => 'FAILED',
                    start_time => '2026-11-20 08:00:00',
                    $kind eq 'second' ? (kind => 'LOG') : ()) if $tenant;
            } elsif (rand() < 0.5) {
                $writer->remove($kind, $one->[0]);
            } else {
                $writer->set($kind, $one->[0], raw_status => 'x' . rand);
            }
            alarm 0;
            1;
        } or do {
            alarm 0;
            $t->{db}->_close_client;
        };
        Time::HiRes::sleep(0.05);
    }
    return;
}

sub start_writer {
    my (@arguments) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # With a connection of its own.
        delete @{ $t->{db} }{qw(client to from)};
        write_beside(@arguments);
        POSIX::_exit(0);
    }
    return $pid;
}

# --- what goes wrong ---------------------------------------------------------

sub acknowledge {
    my ($row) = $t->sql("SELECT id FROM data_tasks WHERE status = 'FAILED'"
        . ' ORDER BY RAND() LIMIT 1') or return;
    my $path = "/backup/data/$row->[0]/acknowledge";
    my $form = $t->get($path, user => 'operator');
    my %fields = $form->{body} =~ /name="([\w-]+)"\s+value="([^"]*)"/g;
    my $answer = $t->post($path, \%fields, user => 'operator');
    $count{acknowledged}++ if $answer->{status} == 303;
    return;
}

sub order_log {
    my ($status) = $t->ctl('log', (qw(stop start))[rand 2], 'c' . (1
        + int rand 3), (qw(t1 t2))[rand 2]);
    $count{ordered}++ if !$status;
    return;
}

sub rename_tenant {
    $t->_write($t->dir . '/restless/name c' . (1 + int rand 3),
        (qw(t2 t3))[rand 2] . "\n");
    return;
}

sub move_group {
    $t->sql("UPDATE cluster_groups SET name = IF(name = 'mine', 'other',"
        . " 'mine') WHERE cluster_id = $clusters[2]");
    return;
}

sub kill_store {
    $t->kill_db;
    follow($_) for @readers[ 0 .. 2 ];
    $t->start_db;
    return;
}

# A cluster goes, with its name, in the middle of it all.
sub remove_cluster {
    # Its agent lets go of it at once; else the command waits for that.
    $t->sql("UPDATE clusters SET agent_id = NULL, lease_until = NULL WHERE"
        . " name = 'c4'");
    my ($status, $text) = $t->ctl('cluster', 'remove', '--records', '--yes',
        'c4', 'c4');
    is($status, 0, 'c4 is removed with its records') or diag $text;
    return;
}

# What makes readers begin again comes once each, so that they follow then.
my %once = (2 => \&rename_tenant, 4 => \&move_group, 7 => \&remove_cluster);

sub disturb {
    my ($n, @agents) = @_;
    my $agent = $agents[ rand @agents ];
    my @ways = (
        sub { $t->kill_worker; follow($readers[0]); $t->start_worker },
        \&kill_store,
        sub { $t->kill_agent($agent); start_agent($agent) },
        sub { $t->_write($t->dir . "/$agent.clock",
            (0, -3600, -400 * 86_400)[rand 3] . "\n") },
        \&acknowledge, \&order_log);
    ($once{$n} // $ways[ rand @ways ])->();
    $count{disturbed}++;
    return;
}

# --- a run -------------------------------------------------------------------

# Each disturbance in its turn; readers ask all the time.
sub write_and_follow {
    my ($seed, @agents) = @_;
    my $begun = Time::HiRes::time();
    my $until = $begun + $seconds;
    my @writers = map { start_writer($until, $seed * 10 + $_) } 1, 2;
    my ($n, $next) = (0, $begun + 0.5);
    while ((my $now = Time::HiRes::time()) < $until) {
        for my $self (@readers) {
            my $part = ($now - $begun) / $seconds;
            follow($self) if !$self->{away} || $part < 0.1
                || $part > 0.1 + $self->{away};
        }
        if (Time::HiRes::time() > $next) {
            disturb($n++, @agents);
            $next = Time::HiRes::time() + $seconds / 20;
        }
    }
    waitpid $_, 0 for @writers;
    return;
}

sub compare {
    my ($self) = @_;
    ok(follow_all($self), "$self->{name}: follows to the end") or return;
    my ($have, $there) = ($self->{have}, whole_list($self)->{rows});
    my @wrong = grep { ($have->{$_} // '') ne ($there->{$_} // '') }
        sort { $a <=> $b } keys %{ { %$have, %$there } };
    is(scalar @wrong, 0, "$self->{name}: has what is there, "
        . keys(%$there) . ' rows') or diag(map { Encode::encode('UTF-8',
        ($_ // 'nothing') . "\n") } map { ($have->{$_}, $there->{$_}) } $wrong[0]);
    return;
}

sub run {
    my ($seed, @agents) = @_;
    srand $seed;
    %count = ();
    set_up();
    start_agent($_) for @agents;
    ok($t->wait_until(sub { $t->value('SELECT COUNT(DISTINCT cluster_id)'
        . ' FROM data_tasks') == 4 }), 'each cluster has tasks');
    @readers = all_readers();
    ok(follow_all($_), "$_->{name}: begins") for @readers;
    write_and_follow($seed, @agents);
    $t->stop_agent($_) for @agents;
    compare($_) for @readers;
    my $removed = $t->value('SELECT COUNT(*) FROM removed');
    cmp_ok($removed, '>', 0, 'records were removed');
    diag("seed $seed, " . @agents . ' agents: ' . join(', ', map {
        "$_ $count{$_}" } sort keys %count) . ", changes "
        . $t->value('SELECT number FROM change_counter')
        . ", records removed $removed");
    return;
}

for my $seed (@seeds) {
    for my $agents ([ 'agent' ], [ 'agent', 'other' ]) {
        run($seed, @$agents);
        $t->expect_log(qr/upstream prematurely closed|connect\(\) to unix/);
        $t->end;
    }
}
done_testing();
