# Standin.pm: the stand-in for OceanBase clusters, started and told what happens by a test.
#
#   my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
#   my $port = $standin->open('c42', version => '4.2.1.0', tenants => [
#       { name => 'shop', archiving => 1 } ]);
#   $standin->tell('c42', 'interrupt', tenant => 'shop');
#   $standin->advance('c42', 30);
#   my @done = $standin->statements('c42');
#
# The tables stand in a MariaDB of its own, so that the store can be stopped
# meanwhile. Clocks of clusters stand still between two advances unless `speed`
# is given; the user is root@sys, its password standin. tests/standin/ tells
# what can be said.

package BackupTasks::Standin;

use strict;
use warnings;

use BackupTasks::Database;
use IO::Socket::UNIX;
use JSON::PP ();
use POSIX ();
use Time::HiRes ();

my $json = JSON::PP->new->utf8->canonical;

# new(dir => DIR, root => REPOSITORY): everything lies in DIR/standin.
sub new {
    my ($class, %o) = @_;
    my $dir = "$o{dir}/standin";
    mkdir $_ for $dir, "$dir/log";
    my $self = bless { root => $o{root}, dir => $dir, owner => $$,
        log => "$o{dir}/log/standin.out" }, $class;
    $self->{db} = BackupTasks::Database->new(dir => $dir, root => $o{root},
        schema => 0, connect_database => 'mysql',
        options => ['--key-buffer-size=8M', '--innodb-buffer-pool-size=16M',
            '--sync-frm=0']);
    $self->{db}->start;
    $self->_install;
    $self->_launch;
    return $self;
}

# The modules are fetched once for all tests.
sub _install {
    my ($self) = @_;
    my $place = "$self->{root}/tests/standin";
    return if -d "$place/node_modules/mysql2";
    open my $lock, '>', "$place/.npm.lock" or die "$place: $!";
    flock $lock, 2;
    return if -d "$place/node_modules/mysql2";
    system("npm --prefix '$place' ci --no-audit --no-fund "
        . ">> '$self->{log}' 2>&1") == 0
        or die "npm ci in $place failed, see $self->{log}\n";
    return;
}

sub _launch {
    my ($self) = @_;
    my $control = "$self->{dir}/control.sock";
    pipe my $read, my $write or die "pipe: $!";
    $self->{pid} = fork // die "fork: $!";
    if (!$self->{pid}) {
        close $write;
        open STDIN,  '<&', $read;
        open STDOUT, '>>', $self->{log};
        open STDERR, '>&', \*STDOUT;
        exec BackupTasks::Database::mortal('node',
            "$self->{root}/tests/standin/standin.js", $control,
            $self->{db}{socket}) or POSIX::_exit(127);
    }
    close $read;
    $self->{life} = $write;
    for (1 .. 500) {
        return if $self->{control}
            = IO::Socket::UNIX->new(Peer => $control);
        Time::HiRes::sleep(0.02);
    }
    die "the stand-in does not start, see $self->{log}\n";
}

# open(NAME, version => '4.2.1.0', tenants => [...], ...): a new cluster; the
# port where it listens. Options: tests/standin/cluster.js and server.js.
sub open {    ## no critic
    my ($self, $name, %o) = @_;
    return $self->_call(op => 'open', name => $name, %o)->{port};
}

# One thing that happens to the cluster: an operation of
# tests/standin/control.js, and its arguments.
sub tell {
    my ($self, $cluster, $operation, %o) = @_;
    return $self->_call(op => $operation, cluster => $cluster, %o);
}

sub advance {
    my ($self, $cluster, $seconds) = @_;
    return $self->tell($cluster, 'advance', seconds => $seconds)->{clock};
}

# Statements that were to change something, in order: { at, user, sql, verb,
# result }; result is OK or the kind of the refusal.
sub statements {
    my ($self, $cluster) = @_;
    return @{ $self->tell($cluster, 'statements')->{statements} };
}

sub _call {
    my ($self, %request) = @_;
    my $control = $self->{control};
    print $control $json->encode(\%request), "\n";
    $control->flush;
    my $line = readline $control;
    die "the stand-in has ended, see $self->{log}\n" if !defined $line;
    my $answer = $json->decode($line);
    die "stand-in: $answer->{error}\n" if !$answer->{ok};
    return $answer;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
    $self->{db}->stop('KILL');
    return;
}

sub DESTROY {
    my ($self) = @_;
    return if $$ != $self->{owner};
    local ($?, $@);
    $self->stop;
    return;
}

1;
