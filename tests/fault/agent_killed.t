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
my @tenants = map { "t$_" } 1 .. 4;
my $port = $standin->open('k', version => '4.2.1.0', speed => 20, loop => 5,
    tenants => [map { { name => $_, archiving => 1 } } @tenants]);

my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;
my ($status, $text) = $t->ctl('cluster', 'add', '--endpoints',
    "127.0.0.1:$port", '--user', 'root@sys', '--password-file', $secret,
    '--round', '5s', 'k');
is($status, 0, 'registered') or diag $text;

my %kill = (SEND => 'before', SENT => 'after');
my $killed = 0;

# An agent that will die; "" when it has ended, else what it is to die of.
sub start_mortal {
    my ($when, $number) = @_;
    $t->_spawn(agent => 'env', "LD_PRELOAD=$library", "KILL_$when=$number",
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

sub status_of {
    my ($tenant) = @_;
    return $t->value('SELECT l.status FROM log_backups l JOIN tenants n ON'
        . " n.id = l.tenant_id WHERE n.name = '$tenant'") // '';
}

my %act = (IN_PROGRESS => 'stop', STOPPED => 'start',
    INTERRUPTED => 'restart');
my %goal = (stop => 'STOPPED', start => 'IN_PROGRESS',
    restart => 'IN_PROGRESS');
my %effect = (stop => ['NOARCHIVELOG'], start => ['ARCHIVELOG'],
    restart => ['NOARCHIVELOG', 'ARCHIVELOG']);

sub request {
    my ($tenant) = @_;
    my $action = $act{status_of($tenant)} or return;
    my ($rc, $out) = $t->ctl('log', $action, 'k', $tenant);
    if ($rc) {
        diag("$action $tenant: $out");
        return;
    }
    my ($id) = $t->value('SELECT MAX(id) FROM commands');
    return { id => $id, tenant => $tenant, action => $action };
}

sub open_commands {
    return $t->value("SELECT COUNT(*) FROM commands WHERE state IN"
        . " ('REQUESTED', 'RUNNING')");
}

# What took effect on a tenant since the statement number `from`.
sub effects {
    my ($tenant, $from) = @_;
    my @all = $standin->statements('k');
    return map { $_->{sql} =~ /\b(NOARCHIVELOG|ARCHIVELOG)\b/ ? $1 : () }
        grep { $_->{result} eq 'OK' && $_->{sql} =~ /\b\Q$tenant\E\b/ }
        @all[$from .. $#all];
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
        $standin->tell('k', 'down');
        Time::HiRes::sleep(rand 0.5);
        $standin->tell('k', 'up');
        $killed++;
    } elsif ($what == 2) {
        $standin->tell('k', 'drop');
        $killed++;
    }
    return;
}

$t->start_agent;
ok($t->wait_until(sub {
    @tenants == grep { status_of($_) eq 'IN_PROGRESS' } @tenants }),
    'all of it is on record');
$t->stop_agent;

my $rounds = 0;
while ($killed < $deaths) {
    my $from = () = $standin->statements('k');
    $rounds++;

    # One of them is interrupted, and has to be restarted.
    my $victim = $tenants[rand @tenants];
    if (status_of($victim) eq 'IN_PROGRESS') {
        $standin->tell('k', 'interrupt', tenant => $victim);
        $t->start_agent;
        $t->wait_until(sub { status_of($victim) eq 'INTERRUPTED' })
            or fail("round $rounds: the interruption shows");
        $t->stop_agent;
    }
    my @commands = grep { defined } map { request($_) } @tenants;

    # Each time it dies a little later, until all is done.
    for my $try (1 .. 6) {
        start_mortal((keys %kill)[rand 2], 20 + int rand 60 * $try);
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
        my $what = "round $rounds: $command->{action} $command->{tenant}";
        my ($state, $result) = @{ ($t->sql('SELECT state, result FROM'
            . " commands WHERE id = $command->{id}"))[0] };
        is($state, 'DONE', $what) or diag $result;
        is(join(' ', effects($command->{tenant}, $from)),
            join(' ', @{ $effect{ $command->{action} } }),
            "$what: took effect once");
        ok($t->wait_until(sub {
            status_of($command->{tenant}) eq $goal{ $command->{action} } }),
            "$what: shows");
        is($t->value("SELECT GROUP_CONCAT(new_status ORDER BY number) FROM"
            . " changes WHERE kind = 'command' AND record_id ="
            . " $command->{id}"), 'REQUESTED,RUNNING,DONE',
            "$what: one way through the states");
    }
    $t->stop_agent;
    last if !Test::More->builder->is_passing;
}

cmp_ok($killed, '>=', $deaths, "$killed deaths in $rounds rounds");
is($t->value('SELECT COUNT(*) FROM log_backups'), scalar @tenants,
    'no log backup is lost or doubled');
is($t->value('SELECT COUNT(*) FROM tenants'), scalar @tenants,
    'nor a tenant');
my ($rc, $report) = $t->ctl('check');
is($rc, 0, 'the store is consistent') or diag $report;
($rc, $report) = $t->ctl('audit', 'verify');
is($rc, 0, 'the trail is whole') or diag $report;
$standin->stop;
$t->done;
