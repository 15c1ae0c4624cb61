#!/usr/bin/perl
# agent_process.t: options, start and end of the agent; its place in the store; clusters come and go.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new->start('db');
my $records = BackupTasks::Records->new($t);
my $program = $t->build . '/backup-tasks-agent';

sub run { return $t->run_program($program, @_) }

my ($status, $text) = run('--help');
is($status, 0, '--help: 0');
like($text, qr/^Usage: backup-tasks-agent --store/, 'says how');
($status, $text) = run('--version');
is($status, 0, '--version: 0');
like($text, qr/^backup-tasks-agent \d/, 'says which');
for my $bad ([], ['--store'], ['--store', 'x', 'y'], ['--unknown'],
    ['--store', 'x', '--nonsense'])
{
    is((run(@$bad))[0], 2, "options @$bad: 2");
}
for my $bad (['--threads', 0], ['--threads', 'x'], ['--threads', 257],
    ['--name', ''], ['--name', 'x' x 129], ['--name', "\xff"])
{
    is((run('--store', $t->store, @$bad))[0], 1, "options @$bad: 1");
}
($status, $text) = run('--store', $t->dir . '/none.cnf');
is($status, 1, 'no option file: 1');
like($text, qr/none\.cnf.*No such file/, 'says why');

sub register {
    my ($name, %o) = @_;
    my $id = $records->add_cluster(name => $name, adapter => 'nothing',
        observed => undef, %o);
    $t->sql('INSERT INTO cluster_access (cluster_id, endpoints, user, secret,'
        . " tls, tls_ca, program) VALUES ($id, '127.0.0.1:1', 'u', '', '',"
        . " '', '')");
    return $id;
}

sub held_by {
    my ($id) = @_;
    return $t->value("SELECT IFNULL(MAX(g.name), '-') FROM clusters c JOIN"
        . " agents g ON g.id = c.agent_id WHERE c.id = $id AND c.lease_until"
        . ' > UTC_TIMESTAMP(6)');
}

sub reason {
    my ($id) = @_;
    return $t->value(
        "SELECT stale_reason FROM clusters WHERE id = $id") // q();
}

my $one = register('one');
my $plain = $records->add_cluster(name => 'without access');
$t->start_agent;
ok($t->wait_until(sub { held_by($one) eq 'agent' }), 'the cluster is held');
ok($t->wait_until(sub { reason($one) =~ /no adapter "nothing"/ }),
    'and says what is wrong with it');
is(held_by($plain), '-', 'what is not registered is nobody\'s');
is($t->value('SELECT COUNT(*) FROM agents WHERE last_seen >'
    . ' UTC_TIMESTAMP(6) - INTERVAL 10 SECOND'), 1, 'the agent was seen');

my $two = register('two');
ok($t->wait_until(sub { held_by($two) eq 'agent' }), 'a new one is noticed');

$t->sql("UPDATE clusters SET paused = 1 WHERE id = $two");
ok($t->wait_until(sub { reason($two) =~ /^Paused/ }), 'paused: says so');
$t->sql("UPDATE clusters SET paused = 0 WHERE id = $two");
ok($t->wait_until(sub { reason($two) =~ /no adapter/ }), 'and asked again');

$t->sql("DELETE FROM cluster_access WHERE cluster_id = $two");
$t->sql("DELETE FROM clusters WHERE id = $two");
my $three = register('three');
ok($t->wait_until(sub { held_by($three) eq 'agent' }),
    'one goes, another comes');

# A second process of the same name is the one that counts.
my $first = $t->pid('agent');
$t->{pid}{old} = delete $t->{pid}{agent};
$t->start_agent;
ok($t->wait_until(sub { waitpid($first, 1) == $first && $? == 256 }),
    'the earlier of two under one name ends with 1');
delete $t->{pid}{old};
like($t->log('agent'), qr/another agent has started under the name "agent"/,
    'and says why');
ok($t->wait_until(sub { held_by($one) eq 'agent' }), 'the later one goes on');

# Two agents share, one gives back.
$t->start_agent(name => 'second');
my @all = ($one, $three);
ok($t->wait_until(sub {
    join(' ', sort map { held_by($_) } @all) eq 'agent second' }),
    'two agents, one cluster each');
is($t->stop_agent('second'), 0, 'it ends orderly');
is($t->value('SELECT COUNT(*) FROM clusters WHERE agent_id ='
    . " (SELECT id FROM agents WHERE name = 'second')"), 0,
    'its lease is given back');
ok($t->wait_until(sub {
    join(' ', map { held_by($_) } @all) eq 'agent agent' }),
    'the other one takes it');

# The store goes away, and comes back.
$t->kill_db;
ok($t->wait_until(sub { $t->log('agent') =~
    /error [a-z ]+: (?:Can't connect|Lost conn|Server has gone)/ }),
    'the store is away, and that is said');
$t->start_db;
ok($t->wait_until(sub { $t->log('agent') =~ /the record store is back/ }),
    'the store is back');
$t->sql("UPDATE clusters SET stale_reason = NULL, adapter = 'other' WHERE id"
    . " = $one");
ok($t->wait_until(sub { reason($one) =~ /no adapter "other"/ }, 40),
    'and the agent at work');

is($t->stop_agent, 0, 'SIGTERM: 0');
ok(!-e $t->dir . '/agent.pid', 'the process id file is gone');
is($t->value('SELECT COUNT(*) FROM clusters WHERE agent_id IS NOT NULL'), 0,
    'all leases are given back');

$t->done;
