#!/usr/bin/perl
# run.t: auto/run as its user sees it: start, stop, second start, and every way to be refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(http_request);
use POSIX ();
use Test::More;

my $t = BackupTasks->new;
my $run = $t->root . '/auto/run';
my $dir = $t->dir . '/demo';
my $port = $t->port;
my @options = ('--dir', $dir, '--port', $port, '--tasks', 60);
my @parts = qw(nginx worker agent schedule db);

sub demo {
    my ($path, %o) = @_;
    return http_request(port => $port, path => $path, %o);
}

sub pid_of {
    my ($part, $where) = @_;
    my $pid = $t->read_file(($where || $dir) . "/$part.pid");
    return $pid =~ /^([1-9]\d*)$/m ? $1 : undef;
}

sub alive {
    my ($where) = @_;
    return grep { my $pid = pid_of($_, $where); $pid && kill 0, $pid } @parts;
}

sub start_again {
    my ($what) = @_;
    my ($status, $text) = $t->run_program($run, '--detach', @options);
    is($status, 0, "$what: starts") or diag($text);
    like($text, qr{^ready http://127\.0\.0\.1:$port/backup/\n\z}m,
        "$what: ready is the last line");
    return;
}

# Addresses that listen on our port, as /proc writes them.
sub listeners {
    my $hex = sprintf '%04X', $port;
    my $all = join '', map { $t->read_file("/proc/net/$_") } qw(tcp tcp6);
    return $all =~ /^\s*\d+: ([0-9A-F]+):$hex [0-9A-F]+:0000 0A /mg;
}

# --- the first start ---------------------------------------------------------

start_again('first');
is(scalar alive(), 5, 'five parts run') or die "nothing to test\n";
ok(-e "$dir/$_", "$_ is there") for qw(db.sock worker.sock nginx.conf
    nginx.pid worker.pid agent.pid db.pid log);
is_deeply([ listeners() ], ['0100007F'], 'listens on 127.0.0.1 only');

for my $name (qw(viewer operator auditor feed)) {
    is(demo('/backup/data.xml', user => $name)->{status}, 200,
        "$name signs in");
    is(demo('/backup/data.xml', user => $name, password => 'x')->{status}, 401,
        "$name with another password");
}
is(demo('/backup/data', user => 'viewer')->{status}, 200, 'the page');
is(demo('/backup/data')->{status}, 401, 'nobody sees nothing');
my $first = demo('/backup/data.xml?range=30d', user => 'feed')->{body};
my @ids = $first =~ m{<id>(\d+)</id>}g;
cmp_ok(scalar @ids, '>=', 60, 'the samples');

# --- the real cluster ----------------------------------------------------------

sub embedded {
    my ($view) = @_;
    my $answer = demo("/backup/$view.xml?cluster=embedded", user => 'feed');
    return $answer->{status} == 200 ? $t->xml($answer) : undef;
}

sub backups {
    my $root = embedded('data') or return '';
    return join ' ', sort map { $_->text('mode') . '=' . $_->text('status') }
        $root->find('tasks/task');
}

sub log_state {
    my $root = embedded('log') or return '';
    return $root->text('backups/log-backup/status') // '';
}

# The process that streams the binary log, by the arguments that only it has.
sub streams {
    return grep { $t->read_file("/proc/$_/cmdline")
            =~ /^mariadb-binlog\0--defaults-file=\Q$dir\E\// }
        map { m{(\d+)} } glob '/proc/[0-9]*';
}

ok($t->wait_until(sub {
    backups() =~ /FULL=COMPLETED INCREMENTAL=COMPLETED/ }, 120),
    'a full and an incremental backup') or diag backups();
ok($t->wait_until(sub { log_state() eq 'IN_PROGRESS' }, 60),
    'its binary log is streamed');
is(scalar streams(), 1, 'by one process');

# --- refusals ----------------------------------------------------------------

my ($status, $text) = $t->run_program($run, '--detach', @options);
isnt($status, 0, 'twice in one directory');
like($text, qr/already running.*--stop/, 'says how to end it');
is(scalar alive(), 5, 'and leaves it alone');

my $other = $t->dir . '/other';
($status, $text) = $t->run_program($run, '--detach', '--dir', $other,
    '--port', $port);
isnt($status, 0, 'busy port');
is($text, "run: port $port is in use: choose another with --port\n",
    'one clear line');
is(scalar alive($other), 0, 'nothing left running');

for my $wrong ([ '--port', '0' ], [ '--port', '70000' ], [ '--port', 'x' ],
        ['--port'], [ '--tasks', '-1' ], ['--unknown'],
        [ '--dir', $t->dir . '/' . 'x' x 120 ], [ '--dir', '/proc/nowhere' ]) {
    ($status, $text) = $t->run_program($run, '--detach', @$wrong);
    isnt($status, 0, "@$wrong");
    is($text =~ tr/\n//, 1, 'one line') or diag($text);
}

SKIP: {
    my $small = $t->dir . '/small';
    mkdir $small;
    skip 'no permission to mount', 3 if $> || ($t->run_program('mount', '-t',
        'tmpfs', '-o', 'size=20m', 'tmpfs', $small))[0];
    ($status, $text) = $t->run_program($run, '--detach', '--dir', $small,
        '--port', BackupTasks::_free_port());
    isnt($status, 0, 'full disk');
    like($text, qr/^run: disk full: .*\n\z/, 'one clear line');
    is(scalar alive($small), 0, 'nothing left running');
    $t->run_program('umount', $small);
}

# --- the database's own command line starts it again -------------------------

my $old = pid_of('db');
my @command = split /\0/, $t->read_file("/proc/$old/cmdline");
like($command[0], qr{^/}, 'an absolute command');
kill 'KILL', $old;
ok($t->wait_until(sub { !kill 0, $old }), 'killed');
is(demo('/backup/data', user => 'viewer')->{status}, 503, 'no database: 503');
my $helper = fork // die "fork: $!";
if (!$helper) {
    # Nobody's child, so that its end is not left to this test.
    POSIX::_exit(0) if fork;
    chdir '/';
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    POSIX::setsid();
    exec @command or POSIX::_exit(1);
}
waitpid $helper, 0;
ok($t->wait_until(sub {
    demo('/backup/data', user => 'viewer')->{status} == 200 }),
    'started by its command line, and the page is back');
isnt(pid_of('db'), $old, 'db.pid is the new one');
ok($t->wait_until(sub { log_state() eq 'IN_PROGRESS' && streams() == 1 }, 60),
    'and the stream came back by itself');

# --- stop, and start on the same data ----------------------------------------

($status, $text) = $t->run_program($run, '--stop', '--dir', $dir);
is($status, 0, 'stop') or diag($text);
like($text, qr/^$_ stopped$/m, "$_ stopped") for @parts;
is(scalar alive(), 0, 'nothing runs');
is(scalar streams(), 0, 'nor does the stream');
($status, $text) = $t->run_program($run, '--stop', '--dir', $dir);
is("$status $text", "0 nothing runs in $dir\n", 'stop again');

start_again('second');
my $second = demo('/backup/data.xml?range=30d', user => 'feed')->{body};
my %there = map { $_ => 1 } $second =~ m{<id>(\d+)</id>}g;
is(scalar(grep { !$there{$_} } @ids), 0, 'the same data, and more');
ok($t->wait_until(sub { log_state() eq 'IN_PROGRESS' && streams() == 1 }, 60),
    'the stream goes on');
kill 'KILL', pid_of('agent');
ok($t->wait_until(sub { alive() == 4 }), 'the agent is killed');
is(scalar streams(), 1, 'the stream needs no agent');
$t->run_program($run, '--stop', '--dir', $dir);

# --- in the foreground -------------------------------------------------------

for my $signal (qw(INT TERM)) {
    unlink $t->dir . '/foreground.out';
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $SIG{INT} = 'DEFAULT';
        open STDOUT, '>', $t->dir . '/foreground.out';
        open STDERR, '>&', \*STDOUT;
        exec $run, @options or POSIX::_exit(1);
    }
    ok($t->wait_until(sub {
        $t->read_file($t->dir . '/foreground.out') =~ /^ready /m }, 60),
        "foreground is ready");
    kill $signal, $pid;
    $t->wait_until(sub { $t->read_file($t->dir . '/foreground.out')
        =~ /^nginx stopped$/m });
    kill $signal, $pid;      # the impatient must not leave the rest running
    waitpid $pid, 0;
    is($? >> 8, $signal eq 'INT' ? 130 : 143, "$signal ends it");
    is(scalar alive(), 0, 'nothing runs');
}

END {
    local $?;
    $t->run_program($run, '--stop', '--dir', $dir) if $t && -d $dir;
}

$t->done;
