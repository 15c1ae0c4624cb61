#!/usr/bin/perl
# agent_silent.t: clusters that take every connection and say nothing do not hold up the others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Standin;
use IO::Socket::INET;
use Test::More;

my $t = BackupTasks->new->start('db');
my $standin = BackupTasks::Standin->new(dir => $t->dir, root => $t->root);
my $port = $standin->open('many-0000', version => '4.2.1.0', obId => 10000,
    speed => 1, tenants => [{ name => 'shop', archiving => 1 }]);
my $secret = $t->dir . '/secret';
$t->_write($secret, "standin\n");
chmod 0600, $secret;

# The kernel takes the connections; nobody ever greets.
my $mute = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 200)
    or die "no socket: $!";

sub register {
    my ($name, $to) = @_;
    my ($status, $text) = $t->ctl('cluster', 'add', '--endpoints',
        "127.0.0.1:$to", '--user', "root\@sys#$name", '--password-file',
        $secret, '--round', '5s', '--connect-timeout', '1s', '--no-check',
        $name);
    is($status, 0, "$name is registered") or diag $text;
    return;
}

my @good = map { sprintf 'many-%04d', $_ } 0 .. 7;
my @mute = map { "mute-$_" } 1 .. 24;
register($_, $mute->sockport) for @mute;
register($_, $port) for @good;
$t->start_agent(options => ['--threads', 4]);

ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM clusters WHERE'
    . " name LIKE 'mute-%' AND stale_reason IS NULL") == 0 }, 90),
    'each of the mute ones has a reason');
ok($t->wait_until(sub { $t->value('SELECT COUNT(*) FROM clusters WHERE'
    . " name LIKE 'many-%' AND observed IS NOT NULL") == @good }),
    'the others have answered');
my $since = $t->value('SELECT UTC_TIMESTAMP(6)');
my %looks;
$t->wait_until(sub {
    $looks{ join ' ', @$_ } = 1 for $t->sql('SELECT name, observed FROM'
        . " clusters WHERE name LIKE 'many-%' AND observed > '$since'");
    return $t->value('SELECT UTC_TIMESTAMP(6) > ' . "'$since'"
        . ' + INTERVAL 26 SECOND');
}, 60);
my %count;
$count{ (split ' ', $_)[0] }++ for keys %looks;
cmp_ok($count{$_} // 0, '>=', 3, "$_ is asked again and again") for @good;
is($t->value("SELECT COUNT(*) FROM clusters WHERE name LIKE 'mute-%' AND"
    . ' observed IS NOT NULL'), 0, 'the mute ones never answered');
is($t->stop_agent, 0, 'the agent ends orderly');
$standin->stop;
$t->done;
