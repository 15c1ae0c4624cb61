# Kill.pm: runs a program that dies at a chosen packet to the database.

package BackupTasks::Kill;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(kill_library run_killed);

# Compiles the library into DIR and returns its path.
sub kill_library {
    my ($root, $dir) = @_;
    my $library = "$dir/killsend.so";
    system('cc', '-std=c11', '-D_GNU_SOURCE', '-O1', '-fPIC', '-shared', '-o',
        $library, "$root/tests/lib/killsend.c", '-ldl') == 0
        or die "cannot compile killsend.c\n";
    return $library;
}

# run_killed(LIBRARY, 'SEND' or 'SENT', N, COMMAND...): true if it was killed,
# false if it ended by itself before its N-th packet.
sub run_killed {
    my ($library, $when, $number, @command) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        $ENV{LD_PRELOAD} = $library;
        $ENV{"KILL_$when"} = $number;
        exec @command or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    my $signal = $? & 127;
    die "@command: ended with status $?\n" if $? && $signal != 9;
    return $signal == 9;
}

1;
