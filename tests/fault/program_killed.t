#!/usr/bin/perl
# program_killed.t: agent and database killed while a real log backup is started and stopped: each command ends, in effect once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;
use Time::HiRes ();

my $turns = $ENV{BT_LONG} ? 100 : 6;
my $seed = $ENV{BT_SEED} // 20261122;
srand $seed;
diag("seed $seed");
# A page whose writer is killed may be half written.
my $t = BackupTasks->new(database_options => ['--log-bin=binlog',
    '--server-id=1', '--binlog-format=ROW',
    '--innodb-flush-log-at-trx-commit=1', '--sync-binlog=1',
    '--innodb-doublewrite=1'])
    ->start('db', 'worker');
my $program = $t->root . '/programs/backup-tasks-mariadb';
my $options = $t->dir . '/mariadb.cnf';

sub tell_options {
    open my $file, '>', $options or die "$options: $!";
    print $file "[client]\nsocket=", $t->dir, "/db.sock\nuser=backup\n",
        "password=pw\n[backup-tasks-mariadb]\ndestination=", $t->dir,
        "/destination\nstate=", $t->dir, "/state\n";
    close $file or die;
    chmod 0600, $options;
    mkdir $t->dir . '/destination';
    return;
}

# Of the program, by its own processes: how many stream.
sub streams {
    return scalar grep { $t->read_file("/proc/$_/cmdline")
            =~ /^mariadb-binlog\0--defaults-file=\Q$options\E\0/ }
        map { m{(\d+)} } glob '/proc/[0-9]*';
}

sub status {
    return eval { $t->value('SELECT status FROM log_backups') } // '';
}

sub rounds { return $t->value('SELECT COUNT(*) FROM log_rounds') }

tell_options();
$t->sql("CREATE USER backup\@localhost IDENTIFIED BY 'pw'");
$t->sql('GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, '
    . 'REPLICATION SLAVE, REPLICA MONITOR ON *.* TO backup@localhost');
my ($code, $text) = $t->ctl('cluster', 'add', '--adapter', 'program',
    '--program', $program, '--secret', "option:$options#client", 'real');
is($code, 0, 'registered') or die $text;
$t->start_agent;
ok($t->wait_until(sub { status() eq 'STOPPED' }, 60), 'known');

my %end = (start => 'IN_PROGRESS', stop => 'STOPPED');
for my $turn (1 .. $turns) {
    my $action = $turn % 2 ? 'start' : 'stop';
    my $victim = int(rand 2) ? 'agent' : 'db';
    my $moment = rand 2.5;
    my $what = sprintf '%d: %s, %s killed after %.2f s', $turn, $action,
        $victim, $moment;
    my $before = rounds();
    ($code, $text) = $t->ctl('log', $action, 'real');
    is($code, 0, $what) or die $text;
    Time::HiRes::sleep($moment);
    if ($victim eq 'agent') {
        $t->kill_agent('agent');
        $t->start_agent;
    } else {
        $t->kill_db;
        $t->start_db;
    }
    ok($t->wait_until(sub { (eval { $t->value('SELECT COUNT(*) FROM commands '
        . "WHERE state IN ('REQUESTED', 'RUNNING')") } // 1) == 0 }, 120),
        "$what: the command ends");
    is($t->value('SELECT state FROM commands ORDER BY id DESC LIMIT 1'),
        'DONE', "$what: done")
        or diag $t->value('SELECT CONCAT_WS(" ", step, progress, result) '
        . 'FROM commands ORDER BY id DESC LIMIT 1');
    ok($t->wait_until(sub { status() eq $end{$action} }, 60),
        "$what: $end{$action}") or diag status();
    ok($t->wait_until(sub { streams() == ($action eq 'start') }, 60),
        "$what: so many processes") or diag streams();
    is(rounds(), $before + ($action eq 'start'), "$what: once");
}
is($t->value('SELECT COUNT(*) FROM commands'), $turns, 'no command is lost');

END {
    local $?;
    $t->run_program($program, "--option-file=$options", 'stop', 'real')
        if $t && -e $options;
}

$t->done;
