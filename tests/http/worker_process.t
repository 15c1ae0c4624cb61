#!/usr/bin/perl
# worker_process.t: the worker as a program: options, socket, log, signals.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Worker;
use IO::Socket::UNIX;
use Test::More;

my $t = BackupTasks->new->start(qw(db worker));
my $dir = $t->dir;
my $program = $t->build . '/backup-tasks-worker';
my @needed = ('--socket', "$dir/other.sock", '--store', $t->store);

# Options.
my ($status, $text) = $t->run_program($program, '--help');
is($status, 0, '--help: 0');
like($text, qr/^Usage: backup-tasks-worker --socket/, 'a usage');
($status, $text) = $t->run_program($program, '--version');
is($status, 0, '--version: 0');
like($text, qr/^backup-tasks-worker \d+\.\d+\.\d+$/, 'a version');
for my $case ([[], 2, qr/Usage/], [['--socket', 'x'], 2, qr/Usage/],
    [['--nonsense'], 2, qr/Usage/], [[@needed, 'more'], 2, qr/Usage/],
    [[@needed, '--threads', '0'], 1, qr/--threads "0"/],
    [[@needed, '--threads', '9x'], 1, qr/--threads "9x"/],
    [[@needed, '--command-deadline', '-1'], 1, qr/--command-deadline/],
    [[@needed, '--log', "$dir/none/log"], 1, qr/--log .*No such file/],
    [[@needed, '--pid', "$dir/none/pid"], 1, qr/--pid .*No such file/],
    [['--socket', "$dir/other.sock", '--store', "$dir/none"], 1,
        qr/--store /],
    [['--socket', 'x' x 200, '--store', $t->store], 1, qr/too long/],
    [['--socket', $t->store, '--store', $t->store], 1, qr/no socket/],
    [['--socket', "$dir/worker.sock", '--store', $t->store], 1,
        qr/another program listens/])
{
    my ($options, $expected, $says) = @$case;
    ($status, $text) = $t->run_program($program, @$options);
    is($status, $expected, "@$options: $expected");
    like($text, $says, 'and says why');
    is(scalar(() = $text =~ /\n/g), 1, 'in one line') if $expected == 1;
}
ok(-f $t->store, 'a file that is no socket stays');

# The socket and the process id file.
is(sprintf('%o', (stat "$dir/worker.sock")[2] & 07777), '660',
    'the socket is for owner and group');
is($t->read_file("$dir/worker.pid"), $t->pid('worker') . "\n",
    'the process id file');

# A peer that says nothing, or nonsense, harms nobody.
my @silent = map { IO::Socket::UNIX->new(Peer => "$dir/worker.sock") } 1 .. 3;
print { $silent[0] } "GET / HTTP/1.0\r\n\r\n";
$silent[0]->flush;
print { $silent[1] } pack('CCnnCC', 1, 1, 1, 8, 0, 0);
$silent[1]->flush;
is(BackupTasks::Worker->new($t)->ask('data', '')->{status}, 200,
    'others are served');
close $_ for @silent;

# The log is opened again.
BackupTasks::Worker->new($t)->ask('data', 'size=0');
rename "$dir/log/worker.log", "$dir/log/worker.log.1" or die $!;
kill 'HUP', $t->pid('worker');
ok($t->wait_until(sub { -e "$dir/log/worker.log" }), 'SIGHUP: a new log');
BackupTasks::Worker->new($t)->ask('data', 'size=0');
ok($t->wait_until(sub { $t->log('worker') =~ /status=400/ }), 'it is used');

# The end.
is($t->stop_worker, 0, 'SIGTERM: exit status 0');
ok(!-e "$dir/worker.sock", 'the socket is gone');
ok(!-e "$dir/worker.pid", 'the process id file is gone');
like($t->log('worker'), qr/notice .* ended$/m, 'the log says so');

# What a crash leaves behind is no obstacle.
$t->start_worker;
$t->kill_worker;
ok(-S "$dir/worker.sock", 'a crash leaves its socket');
$t->start_worker;
is(BackupTasks::Worker->new($t)->ask('data', '')->{status}, 200,
    'the next start replaces it');

$t->done;
