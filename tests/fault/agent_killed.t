#!/usr/bin/perl
# agent_killed.t: agent, store and cluster die at random points during commands; each ends once, with one effect.
#
# The agent dies at a chosen packet to store or cluster; BT_LONG=1 for 500
# deaths, else a few. BT_SEED chooses other points; it is printed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Kill qw(kill_library);
use BackupTasks::Standin;
use Test::More;
use Time::HiRes ();

my $deaths = $ENV{BT_LONG} ? 500 : 12;
my $seed = $ENV{BT_SEED} // 20261122;
srand $seed;
diag("seed $seed");

# What was committed stays when the store's process dies.
my $t = BackupTasks->new(database_options =>
    ['--innodb-flush-log-at-trx-commit=2'])->start('db');
my $library = kill_library($t->root, $t->dir);
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
# What is acted on: tenants of a 4.x cluster, an old cluster as a whole, and
# tenants that are backed up while their log goes on.
my @logs = ((map { { cluster => 'k', tenant => "t$_" } } 1 .. 3),
    { cluster => 'old', tenant => 'sys' });
my @backed = map { { cluster => 'k', tenant => "b$_" } } 1, 2;
my @all = (@logs, @backed);
my %port = (
    k => $standin->open('k', version => '4.2.1.0', speed => 20, loop => 5,
        obId => 4001, tenants => [map { { name => $_->{tenant},
            archiving => 1 } } grep { $_->{cluster} eq 'k' } @all]),
    old => $standin->open('old', version => '3.2.4', speed => 20, loop => 5,
        obId => 3001, archiving => 1, tenants => [{ name => 'one' }]));

my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;
for my $name (sort keys %port) {
    my ($status, $text) = $t->ctl('cluster', 'add', '--adapter',
        $name eq 'k' ? 'oceanbase4' : 'oceanbase2', '--endpoints',
        "127.0.0.1:$port{$name}", '--user', 'root@sys', '--password-file',
        $secret, '--round', '5s', $name);
    is($status, 0, "$name is registered") or diag $text;
}

my $killed = 0;

# An agent that will die: at one of so many packets to store or cluster, or at
# its first statement that changes a cluster; before or after it is sent.
sub start_mortal {
    my ($packets) = @_;
    my $after = int rand 2;
    my $death = rand() < 0.3
        ? ($after ? 'KILL_PAST' : 'KILL_AT') . '=ALTER SYSTEM'
        : ($after ? 'KILL_SENT=' : 'KILL_SEND=') . (20 + int rand $packets);
    $t->_spawn(agent => 'env', "LD_PRELOAD=$library", $death,
        'ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0',
        $t->build . '/backup-tasks-agent', '--store', $t->agent_store,
        '--name', 'agent', '--threads', 4, '--log',
        $t->dir . '/log/agent.log');
    return;
}

sub has_died {
    my $pid = $t->pid('agent') or return 1;
    return 0 if waitpid($pid, 1) != $pid;
    $killed++ if ($? & 127) == 9;
    delete $t->{pid}{agent};
    return 1;
}

sub where {
    my ($unit) = @_;
    return "c.name = '$unit->{cluster}' AND n.name = '$unit->{tenant}'";
}

sub status_of {
    my ($unit) = @_;
    return $t->value('SELECT l.status FROM log_backups l JOIN tenants n ON'
        . ' n.id = l.tenant_id JOIN clusters c ON c.id = l.cluster_id WHERE '
        . where($unit)) // '';
}

my %act = (IN_PROGRESS => 'stop', STOPPED => 'start',
    INTERRUPTED => 'restart');
my %goal = (stop => 'STOPPED', start => 'IN_PROGRESS',
    restart => 'IN_PROGRESS');
my %effect = (stop => 'NOARCHIVELOG', start => 'ARCHIVELOG',
    restart => 'NOARCHIVELOG ARCHIVELOG', backup => 'BACKUP');

sub newest_command { return $t->value('SELECT MAX(id) FROM commands') }

sub request {
    my ($unit) = @_;
    my $action = $act{status_of($unit)} or return;
    my ($rc, $out) = $t->ctl('log', $action, $unit->{cluster},
        $unit->{cluster} eq 'k' ? $unit->{tenant} : ());
    if ($rc) {
        diag("$action $unit->{tenant}: $out");
        return;
    }
    return { id => newest_command(), unit => $unit, action => $action };
}

my $keys = 0;

# As the page does it.
sub request_backup {
    my ($unit) = @_;
    $keys++;
    $t->sql('INSERT INTO commands (action, kind, target_id, cluster_id,'
        . ' tenant_id, expected_state, state, open_target, idempotency_key,'
        . ' requested_by, requested_at, deadline, updated, change_no, mode)'
        . " SELECT 'backup', 'clusters', c.id, c.id, n.id, 'IDLE',"
        . " 'REQUESTED', n.id, 'key-$keys', 'li', UTC_TIMESTAMP(6),"
        . ' UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE, UTC_TIMESTAMP(6), 0,'
        . " 'FULL' FROM clusters c JOIN tenants n ON n.cluster_id = c.id"
        . ' WHERE ' . where($unit));
    return { id => newest_command(), unit => $unit, action => 'backup' };
}

sub open_commands {
    return $t->value("SELECT COUNT(*) FROM commands WHERE state IN"
        . " ('REQUESTED', 'RUNNING')");
}

sub count_statements {
    return { map { my $name = $_;
        $name => scalar(() = $standin->statements($name)) } keys %port };
}

# What took effect since so many statements were counted.
sub effects {
    my ($unit, $counted) = @_;
    my @all = $standin->statements($unit->{cluster});
    my @new = @all[$counted->{ $unit->{cluster} } .. $#all];
    my @of_it = grep { $_->{result} eq 'OK' && ($unit->{cluster} ne 'k'
        || $_->{sql} =~ /`\Q$unit->{tenant}\E`/) } @new;
    return join ' ', map {
        $_->{sql} =~ /\b(NOARCHIVELOG|ARCHIVELOG|BACKUP)\b/ ? $1 : () } @of_it;
}

# Another part dies, or the network, for a moment.
sub disturb {
    my $what = int rand 8;
    if ($what == 0) {
        $t->kill_db;
        Time::HiRes::sleep(rand 0.5);
        $t->start_db;
        $killed++;
    } elsif ($what == 1) {
        my $name = (sort keys %port)[rand 2];
        $standin->tell($name, 'down');
        Time::HiRes::sleep(rand 0.5);
        $standin->tell($name, 'up');
        $killed++;
    } elsif ($what == 2) {
        $standin->tell('k', 'drop');
        $killed++;
    }
    return;
}

$t->start_agent;
ok($t->wait_until(sub {
    @all == grep { status_of($_) eq 'IN_PROGRESS' } @all }),
    'all of it is on record');
$t->stop_agent;

my $rounds = 0;
my $asked = 0;
while ($killed < $deaths) {
    my $counted = count_statements();
    $rounds++;

    # One of them is interrupted, and has to be restarted.
    my $victim = $logs[rand @logs];
    if (status_of($victim) eq 'IN_PROGRESS') {
        $standin->tell($victim->{cluster}, 'interrupt',
            tenant => $victim->{tenant});
        $t->start_agent;
        $t->wait_until(sub { status_of($victim) eq 'INTERRUPTED' })
            or fail("round $rounds: the interruption shows");
        $t->stop_agent;
    }
    # A backup that died with its statement in the hand takes its time: whether
    # it has begun is seen by what appears.
    my @commands = ($rounds % 4 == 1 ? map { request_backup($_) } @backed : ());
    push @commands, grep { defined } map { request($_) } @logs;
    $asked += @commands;

    # Each time it dies a little later, until all is done.
    for my $try (1 .. 6) {
        start_mortal(60 * $try);
        my $end = Time::HiRes::time() + 1 + rand 3;
        Time::HiRes::sleep(0.05)
            while !has_died() && Time::HiRes::time() < $end;
        disturb();
        if ($t->pid('agent')) {
            $t->kill_agent;
            $killed++;
        }
        last if open_commands() == 0;
    }
    $t->start_agent;
    $t->wait_until(sub { open_commands() == 0 }, 120)
        or fail("round $rounds: every command ends");
    for my $command (@commands) {
        my ($unit, $action) = @$command{qw(unit action)};
        my $what = "round $rounds: $action $unit->{tenant}";
        my ($state, $result) = @{ ($t->sql('SELECT state, result FROM'
            . " commands WHERE id = $command->{id}"))[0] };
        is($state, 'DONE', $what) or diag $result;
        is(effects($unit, $counted), $effect{$action},
            "$what: took effect once");
        ok(!$goal{$action} || $t->wait_until(sub {
            status_of($unit) eq $goal{$action} }), "$what: shows");
        is($t->value("SELECT GROUP_CONCAT(new_status ORDER BY number) FROM"
            . " changes WHERE kind = 'command' AND record_id ="
            . " $command->{id}"), $action eq 'backup' ? 'RUNNING,DONE'
            : 'REQUESTED,RUNNING,DONE', "$what: one way through the states");
    }
    # One backup of a tenant at a time.
    ok($t->wait_until(sub { $t->value("SELECT COUNT(*) FROM data_tasks WHERE"
        . " status = 'IN_PROGRESS'") == 0 }, 60),
        "round $rounds: the backups end");
    $t->stop_agent;
    last if !Test::More->builder->is_passing;
}

cmp_ok($killed, '>=', $deaths, "$killed deaths, $asked commands");
my %intended;
$intended{$_}++ for $t->log('agent') =~ /(command \d+: [A-Z]+)$/mg;
diag(scalar(grep { $_ > 1 } values %intended)
    . ' intentions were written down twice');
is($t->value('SELECT COUNT(*) FROM log_backups'), scalar @all,
    'no log backup is lost or doubled');
is($t->value("SELECT COUNT(*) FROM data_tasks d JOIN clusters c ON c.id ="
    . " d.cluster_id WHERE c.name = 'k'"), $keys, 'nor a data backup');
my ($rc, $report) = $t->ctl('check');
is($rc, 0, 'the store is consistent') or diag $report;
($rc, $report) = $t->ctl('audit', 'verify');
is($rc, 0, 'the trail is whole') or diag $report;
$standin->stop;
$t->done;
