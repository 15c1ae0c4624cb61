#!/usr/bin/perl
# program_mariadb.t: backup-tasks-mariadb against a real server: backups, the streamed log, failures, cleanup, restore.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $t = BackupTasks->new(database_options => ['--log-bin=binlog',
    '--server-id=1', '--binlog-format=ROW',
    '--innodb-flush-log-at-trx-commit=1'])->start('db');
my $program = $t->root . '/programs/backup-tasks-mariadb';
my $destination = $t->dir . '/destination';
my $state = $t->dir . '/state';
my $options = $t->dir . '/mariadb.cnf';
my $socket = $t->dir . '/db.sock';
my $password = 'pa<ss & word';

sub configure {
    my (%o) = @_;
    my %given = (destination => $destination, state => $state,
        'keep-days' => 7, %o);
    my $user = delete $given{user} || 'backup';
    open my $file, '>', $options or die "$options: $!";
    print $file "[client]\nsocket=$socket\nuser=$user\npassword=\"$password\"\n",
        "[backup-tasks-mariadb]\n", map { "$_=$given{$_}\n" } sort keys %given;
    close $file or die;
    chmod 0600, $options;
    return;
}

# The program as the agent runs it: (exit status, output and errors).
sub call {
    my ($verb, %o) = @_;
    local @ENV{ map { "BT_$_" } keys %o } = values %o;
    local $ENV{BT_SECRET} = "option:$options#client";
    return $t->run_program($program, $verb, 'main "<one>"');
}

sub told {
    my ($what, @rest) = @_;
    my ($status, $text) = call(@rest);
    return is($status, 0, $what) || diag $text;
}

sub refused {
    my ($what, $pattern, @rest) = @_;
    my ($status, $text) = call(@rest);
    is($status, 1, $what);
    return like($text, $pattern, "$what: says why");
}

for my $case (['--help', 0], ['', 1], ['check', 1], ['sing server', 1],
    ['restore server', 1])
{
    my ($arguments, $wanted) = @$case;
    local $ENV{BT_SECRET} = "option:$options#client";
    configure();
    my $text = `$program $arguments 2>&1`;
    is($? >> 8, $wanted, "exit status of '$arguments'");
    like($text, qr/\Ausage: .*See backup-tasks-mariadb\(1\)\.\n\z/s,
        "'$arguments' tells how to use it");
}

sub document {
    my ($status, $text) = call('collect');
    die "collect: $status $text\n" if $status;
    return $t->xml($text);
}

# Records as hashes of their simple elements, by source-id.
sub records {
    my ($container, $name) = @_;
    my %found;
    for my $node (document()->find("$container/$name")) {
        my %one = map { $_->{name} => $_->{text} } @{ $node->{kids} };
        $found{ $one{'source-id'} } = \%one;
    }
    return \%found;
}

sub tasks { return records('data-backup-tasks', 'task') }
sub log_backup { return records('log-backups', 'log-backup')->{1} }

sub state_of { return (log_backup() || {})->{status} // '' }

sub becomes {
    my ($wanted, $what) = @_;
    return ok($t->wait_until(sub { state_of() eq $wanted }), $what)
        || diag explain log_backup();
}

sub ended {
    my ($id) = @_;
    ok($t->wait_until(sub { (tasks()->{$id}{status} // '') ne 'IN_PROGRESS' }),
        "task $id ends");
    return tasks()->{$id};
}

sub process_of {
    my ($file, $key) = @_;
    return $t->read_file("$state/$file") =~ /^$key=(\d+):/m ? $1 : 0;
}

# Up to the end of what was written: the time of the look itself.
sub caught_up {
    my ($what) = @_;
    return ok($t->wait_until(sub {
        my $root = document();
        return ($root->text('log-backups/log-backup/latest-backup-time') // '')
            eq $root->text('observed');
    }), $what);
}

configure();
$t->sql("CREATE USER backup\@localhost IDENTIFIED BY '$password'");
$t->sql('GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, '
    . 'REPLICATION SLAVE, REPLICA MONITOR ON *.* TO backup@localhost');
$t->sql('CREATE TABLE rows_of_test (a INT PRIMARY KEY, b VARCHAR(200))');
sub fill { return $t->sql('INSERT INTO rows_of_test '
    . "SELECT seq, REPEAT('x', 150) FROM seq_$_[0]_to_$_[1]") }
fill(1, 1000);

# --- what is missing ---------------------------------------------------------

refused('no destination', qr/does not exist: is it mounted/, 'check');
told('a backup without a destination begins', 'backup-full');
my $task = ended(1);
is("$task->{status} $task->{mode}", 'FAILED FULL', 'and fails');
mkdir $destination;
told('everything is there', 'check');
refused('no incremental one before a full one', qr/full backup first/,
    'backup-incremental');
configure(user => 'nobody');
refused('wrong credentials', qr/Access denied/, 'check');
told('a backup with them begins', 'backup-full');
ok($t->wait_until(sub {
    $t->read_file("$state/data/000002") =~ /^status=FAILED$/m }), 'and fails');
configure();
is((document()->find('data-backup-tasks/task/cause/code'))[1]->{text}, 1045,
    'with the number of the server');

# --- the log, idle and not ---------------------------------------------------

is(state_of(), 'STOPPED', 'no log backup yet');
told('start-log', 'start-log');
becomes('IN_PROGRESS', 'it runs');
my $child = process_of('stream', 'child');
ok($child && kill(0, $child), 'a process streams');
told('start-log again', 'start-log');
is(process_of('stream', 'child'), $child, 'the same process');
caught_up('all of the log is safe');
my $before = log_backup()->{'latest-backup-time'};
ok($t->wait_until(sub { log_backup()->{'latest-backup-time'} gt $before }),
    'of an idle server the time goes on');

# --- backups -----------------------------------------------------------------

told('full', 'backup-full', COMMAND_ID => 5);
told('told again', 'backup-full', COMMAND_ID => 5);
unlink "$state/commands/5" or die "commands/5: $!";
told('told again after a crash', 'backup-full', COMMAND_ID => 5);
$task = ended(3);
is("$task->{status} $task->{mode} $task->{'backup-set-id'}",
    'COMPLETED FULL 3', 'a full backup');
is($task->{source}, 'backup-tasks command 5', 'of the command');
is(join(' ', sort keys %{ tasks() }), '1 2 3', 'once');
fill(1001, 1500);
told('incremental', 'backup-incremental', COMMAND_ID => 6);
$task = ended(4);
is("$task->{status} $task->{mode} $task->{'backup-set-id'}",
    'COMPLETED INCREMENTAL 3', 'an incremental backup of the same set');
cmp_ok($task->{'size-bytes'}, '<', tasks()->{3}{'size-bytes'}, 'is smaller');

told('another one', 'backup-full');
kill 'KILL', process_of('data/000005', 'process');
$task = ended(5);
is($task->{status}, 'FAILED', 'killed in the middle');
told('and one', 'backup-full');
told('that is canceled', 'cancel', SOURCE_ID => 6);
is(ended(6)->{status}, 'FAILED', 'canceled');
is(join(' ', grep { !/^00000[34]$/ } map { s{.*/}{}r } glob "$destination/data/*"),
    '', 'nothing of them is left');

# --- the server is away, the stream is killed ----------------------------------

fill(1501, 1600);
caught_up('safe');
$t->kill_db;
my ($status, $text) = call('collect');
is($status, 75, 'no server: later');
like($text, qr/Can't connect/, 'says why');
$t->start_db;
fill(1601, 1700);
becomes('IN_PROGRESS', 'the stream came back by itself');
caught_up('with all that was written since');
is(log_backup()->{'start-time'}, $t->read_file("$state/stream")
    =~ /^first=(.*)$/m ? $1 : '', 'the same log backup');

$child = process_of('stream', 'child');
kill 'KILL', $child;
ok($t->wait_until(sub { (process_of('stream', 'child') || $child) != $child }),
    'the one that streams was killed: there is another one');
becomes('IN_PROGRESS', 'and it goes on');
caught_up('with everything');
kill 'KILL', process_of('stream', 'process');
becomes('INTERRUPTED', 'killed');
ok($t->wait_until(sub { !kill 0, process_of('stream', 'child') }),
    'its child went with it');
$before = log_backup()->{'latest-backup-time'};
fill(1701, 1750);
is(log_backup()->{'latest-backup-time'}, $before, 'the time stands still');
told('stop-log', 'stop-log');
becomes('STOPPED', 'can be stopped');
told('stop-log again', 'stop-log');
told('and started', 'start-log');
becomes('IN_PROGRESS', 'runs again');
caught_up('and nothing is missing');
told('stop-log', 'stop-log');
becomes('STOPPED', 'stopped');
$child = process_of('stream', 'child');
ok(!$child || !kill(0, $child), 'no process streams');
my @rounds = document()->find('log-backups/log-backup/rounds/round');
is(join(' ', map { $_->text('status') } @rounds), 'STOPPED STOPPED',
    'two rounds');

# --- restore -------------------------------------------------------------------

sub restore {
    my ($what, @moment) = @_;
    my $target = $t->dir . '/restored-' . ++$t->{restored};
    my ($code, $told) = $t->run_program($program, "--option-file=$options",
        'restore', 'main', $target, @moment);
    is($code, 0, $what) or diag $told, $t->read_file("$target.log");
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDERR, '>', '/dev/null';
        exec BackupTasks::Database::mortal('/usr/sbin/mariadbd',
            '--no-defaults', "--datadir=$target", "--socket=$target.sock",
            '--skip-networking', '--user=' . getpwuid($>),
            "--pid-file=$target.pid") or POSIX::_exit(1);
    }
    my @ask = ('mariadb', '--no-defaults', "--socket=$target.sock", '-NBe',
        'SELECT COUNT(*), SUM(a), MAX(a) FROM backup_tasks.rows_of_test');
    ok($t->wait_until(sub {
        ($code, $told) = $t->run_program(@ask);
        $code == 0 }), "$what: a server runs on it");
    kill 'KILL', $pid;
    waitpid $pid, 0;
    return $told;
}

is(restore('restore'), "1750\t1532125\t1750\n", 'every row is there');
($status, $text) = $t->run_program($program, "--option-file=$options",
    'restore', 'main', $t->dir . '/restored-1');
is($status, 1, 'not over something else');

# --- a gap ---------------------------------------------------------------------

is(restore('up to the last backup', tasks()->{4}{'end-time'}),
    "1500\t1125750\t1500\n", 'every row of then');
# The server keeps a file as long as it believes that somebody reads it.
ok($t->wait_until(sub {
    $t->sql('FLUSH BINARY LOGS');
    $t->sql('PURGE BINARY LOGS TO "' . ($t->sql('SHOW MASTER STATUS'))[0][0]
        . '"');
    return (my @left = $t->sql('SHOW BINARY LOGS')) == 1;
}), 'the server purges its log');
fill(1751, 1760);
told('start-log after a purge', 'start-log');
becomes('IN_PROGRESS', 'goes on');
is(scalar(my @gaps = document()->find('log-backups/log-backup/gaps/gap')), 1,
    'and the gap is told');

is(restore('restore from before the gap'), "1750\t1532125\t1750\n",
    'ends at the gap');
# A copy of the first file was left when the stream was killed at that moment.
my ($first) = sort glob "$destination/log/until*/*.000001";
is(system('cp', $first, "$destination/log/" . $first =~ s{.*/}{}r . '.kept'), 0,
    'a copy is left');
$t->sql('RESET MASTER');
becomes('INTERRUPTED', 'another log under the old names');
told('stop-log', 'stop-log');
becomes('STOPPED', 'stopped');
told('start-log', 'start-log');
becomes('IN_PROGRESS', 'a log of its own');
caught_up('safe');
is(restore('restore from before all this'), "1750\t1532125\t1750\n",
    'the old log is not touched');

# --- cleanup -------------------------------------------------------------------

told('cleanup', 'cleanup', COMMAND_ID => 8);
sub cleanup_of { return records('cleanup-tasks', 'cleanup-task')->{"cleanup-$_[0]"} }
ok($t->wait_until(sub { cleanup_of(1)->{status} eq 'COMPLETED' }), 'ends');
is(tasks()->{$_}{'set-state'}, 'AVAILABLE', "backup $_ is not old enough")
    for 3, 4;
told('a second chain', 'backup-full');
ended(7);
configure('keep-days' => 0);
told('cleanup', 'cleanup');
ok($t->wait_until(sub { (cleanup_of(2)->{status} // '') eq 'COMPLETED' }),
    'ends');
is(tasks()->{$_}{'set-state'}, 'DELETED', "backup $_ is gone") for 3, 4;
is(tasks()->{7}{'set-state'}, 'AVAILABLE', 'the newest is not');
is(join(' ', map { s{.*/}{}r } glob "$destination/data/*"), '000007',
    'nor anything else');
is(join(' ', map { s{.*/}{}r } glob "$destination/log/until*"), '',
    'nor the log of before');
$t->sql("CREATE USER accounts_come_too\@localhost IDENTIFIED BY 'x'");
fill(1761, 1765);
caught_up('safe');
is(restore('restore again'), "1765\t1558495\t1765\n", 'all rows');

# --- no room -------------------------------------------------------------------

SKIP: {
    my $small = $t->dir . '/small';
    mkdir $small;
    skip 'no permission to mount', 3 if $> || ($t->run_program('mount', '-t',
        'tmpfs', '-o', 'size=2m', 'tmpfs', $small))[0];
    configure(destination => $small);
    told('a backup onto a full disk begins', 'backup-full');
    $task = ended(8);
    is($task->{status}, 'FAILED', 'fails');
    like($t->read_file("$state/data/000008"), qr/^code=28$/m, 'with 28, ENOSPC');
    $t->run_program('umount', $small);
}

END {
    local $?;
    $t->run_program($program, "--option-file=$options", 'stop', 'main')
        if $t && -e $options;
}

$t->done;
