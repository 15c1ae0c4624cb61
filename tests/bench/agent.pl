#!/usr/bin/perl
# agent.pl: measures the agent with hundreds of clusters; usage: tests/bench/agent.pl [CLUSTERS [TENANTS [SECONDS]]]
#
# One played cluster stands for all of them, under their names; store and agent
# are real. Says how long a round takes, what the agent costs, and what it
# writes while nothing changes but latencies.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Standin;
use Test::More;
use Time::HiRes ();

my ($clusters, $tenants, $seconds) = (@ARGV, 500, 10, 60)[0 .. 2];
$clusters = $ARGV[0] // 500;
$tenants = $ARGV[1] // 10;
$seconds = $ARGV[2] // 60;

my $t = BackupTasks->new->start('db');
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
my $port = $standin->open('many-0000', version => '4.2.1.0', obId => 10000,
    speed => 1, tenants => [map { { name => "tenant$_", archiving => 1 } }
        1 .. $tenants]);
$standin->advance('many-0000', 60);
my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;
for my $number (0 .. $clusters - 1) {
    my $name = sprintf 'many-%04d', $number;
    $t->sql('INSERT INTO clusters (name, adapter, round_seconds, created,'
        . " updated, change_no) VALUES ('$name', 'oceanbase4', 10,"
        . ' UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 0)');
    $t->sql('INSERT INTO cluster_access (cluster_id, endpoints, user, secret,'
        . " tls, tls_ca, program) SELECT id, '127.0.0.1:$port',"
        . " 'root\@sys#$name', 'file:$secret', '', '', '' FROM clusters"
        . " WHERE name = '$name'");
}

my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());

# Seconds of processor that a process has taken.
sub taken {
    my ($pid) = @_;
    my @field = split ' ', $t->read_file("/proc/$pid/stat") =~ s/^.*\) //r;
    return ($field[11] + $field[12]) / $ticks;
}

sub memory {
    my ($pid, $what) = @_;
    my ($kib) = $t->read_file("/proc/$pid/status") =~ /^$what:\s+(\d+)/m;
    return $kib / 1024;
}

my %counted = map { $_ => 1 } qw(Com_insert Com_update Com_update_multi
    Com_delete Com_stmt_execute Innodb_rows_inserted Innodb_rows_updated
    Com_commit);

sub counts {
    return map { $counted{ $_->[0] } ? @$_ : () }
        $t->sql('SHOW GLOBAL STATUS');
}

$t->start_agent;
my $pid = $t->pid('agent');
my $began = Time::HiRes::time();
$t->wait_until(sub { $t->value('SELECT COUNT(*) FROM clusters WHERE observed'
    . ' IS NOT NULL') == $clusters }, 300) or die "not all of them answer\n";
printf "first look at %d clusters with %d tenants: %.1f s, %.1f s of"
    . " processor\n", $clusters, $tenants, Time::HiRes::time() - $began,
    taken($pid);
sleep 25;

my %before = counts();
my $number = $t->value('SELECT number FROM change_counter');
my $samples = $t->value('SELECT COUNT(*) FROM log_latency');
my $cost = taken($pid);
my $store = taken($t->pid('db'));
my $oldest = 0;
my $start = Time::HiRes::time();
while (Time::HiRes::time() < $start + $seconds) {
    sleep 2;
    my $age = $t->value('SELECT MAX(TIMESTAMPDIFF(MICROSECOND, observed,'
        . ' UTC_TIMESTAMP(6))) / 1000000 FROM clusters');
    $oldest = $age if $age > $oldest;
}
my $wall = Time::HiRes::time() - $start;
my %after = counts();
printf "oldest observation within %.0f s: %.1f s (round: 10 s)\n", $wall,
    $oldest;
printf "processor: agent %.1f %%, store %.1f %% of one core\n",
    100 * (taken($pid) - $cost) / $wall,
    100 * (taken($t->pid('db')) - $store) / $wall;
printf "agent's memory: %.1f MiB, at most %.1f MiB\n", memory($pid, 'VmRSS'),
    memory($pid, 'VmHWM');
printf "per round: %s\n", join ', ', map { sprintf '%s %.0f', $_,
    ($after{$_} - $before{$_}) * 10 / $wall } sort keys %after;
printf "changes: %d, new samples: %d\n",
    $t->value('SELECT number FROM change_counter') - $number,
    $t->value('SELECT COUNT(*) FROM log_latency') - $samples;
$t->stop_agent;
$standin->stop;
pass('measured');
$t->done;
