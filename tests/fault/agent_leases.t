#!/usr/bin/perl
# agent_leases.t: one of two agents dies, or is stopped for longer than its lease; the other goes on, and no harm is done.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Kill qw(kill_library);
use BackupTasks::Standin;
use Test::More;

my $t = BackupTasks->new->start('db');
my $library = kill_library($t->root, $t->dir);
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
my $port = $standin->open('many-0000', version => '4.2.1.0', obId => 10000,
    speed => 20, loop => 5, tenants => [{ name => 'shop', archiving => 1 }]);
my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;
my @names = map { "many-000$_" } 0 .. 5;
for my $name (@names) {
    my ($status, $text) = $t->ctl('cluster', 'add', '--endpoints',
        "127.0.0.1:$port", '--user', "root\@sys#$name", '--password-file',
        $secret, '--round', '5s', $name);
    is($status, 0, "$name is registered") or diag $text;
}

# The names of the clusters that an agent holds.
sub held {
    my ($agent) = @_;
    return map { $_->[0] } $t->sql('SELECT c.name FROM clusters c JOIN agents'
        . " g ON g.id = c.agent_id WHERE g.name = '$agent' AND c.lease_until >"
        . ' UTC_TIMESTAMP(6) ORDER BY c.name');
}

sub holds {
    my ($agent, $count) = @_;
    return $t->wait_until(sub { held($agent) == $count }, 60);
}

# All clusters have answered within the last seconds.
sub is_fresh {
    my ($seconds) = @_;
    return $t->wait_until(sub { $t->value('SELECT COUNT(*) FROM clusters'
        . ' WHERE observed IS NULL OR observed < UTC_TIMESTAMP(6) - INTERVAL'
        . " $seconds SECOND") == 0 });
}

sub status_of {
    my ($name) = @_;
    return $t->value('SELECT l.status FROM log_backups l JOIN clusters c ON'
        . " c.id = l.cluster_id WHERE c.name = '$name'") // '';
}

sub statements {
    return map { "$_->{sql} $_->{result}" } $standin->statements('many-0000');
}

# Requests an act and waits for its end.
sub act {
    my ($action, $name, $seconds) = @_;
    my ($status, $text) = $t->ctl('log', $action, $name, 'shop');
    is($status, 0, "$action is requested") or diag $text;
    my $id = $t->value('SELECT MAX(id) FROM commands');
    ok($t->wait_until(sub { $t->value("SELECT state FROM commands WHERE id ="
        . " $id") eq 'DONE' }, $seconds // 30), "$action is done");
    return $id;
}

sub agent_of {
    my ($command) = @_;
    return $t->value('SELECT g.name FROM commands t JOIN agents g ON g.id ='
        . " t.agent_id WHERE t.id = $command");
}

# --- one of two dies -------------------------------------------------------

$t->start_agent(name => $_) for qw(a b);
ok(holds($_, 3), "$_ holds half of them") for qw(a b);
ok(is_fresh(10), 'all of them answer');
$t->kill_agent('a');
ok(holds('b', 6), 'the other one takes them over');
ok(is_fresh(10), 'and all of them answer again');

# --- stopped for longer than the lease ---------------------------------------

$t->start_agent(name => 'a');
ok(holds('a', 3), 'half of them again');
my ($name) = held('a');
kill 'STOP', $t->pid('a');
ok(holds('b', 6), 'an agent that is stopped loses them');
is(agent_of(act('stop', $name)), 'b', 'by the other one');
is(agent_of(act('start', $name)), 'b', 'both times');
my @before = statements();
kill 'CONT', $t->pid('a');
ok(holds('a', 3), 'it goes on with what it is given');
ok(is_fresh(10), 'all of them answer');
is_deeply([statements()], \@before, 'and it has sent nothing');
is(status_of($name), 'IN_PROGRESS', 'nor changed a record');

# --- stopped with a statement in its hand ------------------------------------

$t->stop_agent($_) for qw(a b);
$t->_spawn(a => 'env', "LD_PRELOAD=$library", 'STOP_AT=NOARCHIVELOG TENANT',
    'ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0',
    $t->build . '/backup-tasks-agent', '--store', $t->agent_store, '--name',
    'a', '--log', $t->dir . '/log/a.log');
ok(holds('a', 6), 'one holds all');
my ($status, $text) = $t->ctl('log', 'stop', $names[0], 'shop');
is($status, 0, 'stop is requested') or diag $text;
my $command = $t->value('SELECT MAX(id) FROM commands');
ok($t->wait_until(sub {
    $t->read_file('/proc/' . $t->pid('a') . '/stat') =~ /\) T / }),
    'it stands still before it sends');
@before = statements();
$t->start_agent(name => 'b');
ok($t->wait_until(sub { $t->value("SELECT state FROM commands WHERE id ="
    . " $command") eq 'DONE' }, 90), 'the other one takes the command over');
is(agent_of($command), 'b', 'it was the other one');
is(agent_of(act('start', $names[0])), 'b', 'and starts it again');
my @meant = statements();
is(@meant - @before, 2, 'one statement for each')
    or diag join "\n", @before, '-', @meant;
kill 'CONT', $t->pid('a');
ok(holds('a', 3), 'the first one goes on');
ok(is_fresh(10), 'all of them answer');
is_deeply([statements()], \@meant, 'what it had in its hand reached nobody');
is(status_of($names[0]), 'IN_PROGRESS', 'the log is archived');
is($t->value("SELECT GROUP_CONCAT(new_status ORDER BY number) FROM changes"
    . " WHERE kind = 'command' AND record_id = $command"),
    'REQUESTED,RUNNING,DONE', 'one way through the states');

# --- stopped in the middle of a transaction of the store -----------------------

$t->stop_agent($_) for qw(a b);
$t->_spawn(a => 'env', "LD_PRELOAD=$library", 'STOP_AT=copy_id FROM record_keys',
    'ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0',
    $t->build . '/backup-tasks-agent', '--store', $t->agent_store, '--name',
    'a', '--log', $t->dir . '/log/a.log');
ok($t->wait_until(sub {
    $t->read_file('/proc/' . $t->pid('a') . '/stat') =~ /\) T / }),
    'it stands still in a transaction');
ok($t->value('SELECT COUNT(*) FROM information_schema.innodb_trx WHERE'
    . ' trx_rows_locked > 0'), 'and has locked rows');
$t->start_agent(name => 'b');
ok(holds('b', 6), 'the other one takes all of them over');
ok(is_fresh(10), 'and all of them answer');
kill 'CONT', $t->pid('a');
ok(holds('a', 3), 'the first one goes on');

is($t->stop_agent($_), 0, "$_ ends orderly") for qw(a b);
my ($rc, $report) = $t->ctl('check');
is($rc, 0, 'the store is consistent') or diag $report;
$standin->stop;
$t->done;
