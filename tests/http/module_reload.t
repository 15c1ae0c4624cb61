#!/usr/bin/perl
# module_reload.t: reloads and long connections leave nothing behind.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

# Sanitizers keep freed memory for a while: on the other build, where it is.
delete $ENV{SAN}
    if -e "$FindBin::Bin/../../build/ngx_http_backup_tasks_module.so";
my $t = BackupTasks::Module->new(
    http => 'keepalive_requests 100000;',
    location => 'backup_tasks_time_zone Asia/Shanghai;');

sub resident_kb {
    my ($pid) = @_;
    my ($kb) = $t->read_file("/proc/$pid/status") =~ /^VmRSS:\s+(\d+)/m;
    return $kb;
}

sub grown_less {
    my ($pid, $before, $kb, $name) = @_;
    SKIP: {
        skip 'sanitizers', 1 if $ENV{SAN};
        cmp_ok(resident_kb($pid) - $before, '<', $kb, $name);
    }
    return;
}

# The first reloads fill the allocator's pools.
$t->reload_nginx for 1 .. 5;
my $before = resident_kb($t->pid('nginx'));
for my $n (1 .. 10) {
    $t->reload_nginx;
    is($t->get('/backup/data.xml?range=custom&from=2026-03-01&to=2026-03-02',
        user => 'olga')->{status}, 200, "reload $n");
}
grown_less($t->pid('nginx'), $before, 256, 'the master has not grown');

# A key that went bad: the old configuration goes on.
$t->write_file('csrf.key', 'short');
kill 'HUP', $t->pid('nginx');
ok($t->wait_until(sub { $t->log('error') =~ /has 5 bytes/ }),
    'a bad key is refused');
is($t->get('/backup/data', user => 'olga')->{status}, 200, 'and service goes on');
$t->expect_log(qr/has 5 bytes, at least 32 are needed/);
$t->write_file('csrf.key', 'n' x 40);
$t->reload_nginx;

# Many requests on one connection, refused ones and good ones.
my $auth = "HTTP/1.1\r\nAuthorization: Basic b2xnYTpvbGdh";
my @round = map { "GET /backup/$_ $auth" } qw(data.xml?range=7d data?bad=1 log
    log/1/stop data/1%20 nothing.xml data?cluster=pay&tz=Asia/Shanghai),
    'data?range=custom&from=2026-03-29T02:30&to=2026-03-30&tz=Europe/Berlin';
my ($worker) = $t->nginx_workers;
$t->statuses_on_one_connection((@round) x 50);
$before = resident_kb($worker);
my @statuses = $t->statuses_on_one_connection((@round) x 250);
is(scalar @statuses, 2000, '2000 answers on one connection');
grown_less($worker, $before, 512, 'the worker has not grown');
is_deeply([ $t->nginx_workers ], [ $worker ], 'and is the same process');

$t->done;
