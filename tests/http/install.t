#!/usr/bin/perl
# install.t: "make install" brings all that conf/example.conf names, for everybody to read.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $t = BackupTasks->new;
my $place = $t->dir . '/place';

my $mask = umask 077;
my ($status, $text) = $t->run_program('make', '-s', '-C', $t->root, 'install',
    "DESTDIR=$place", 'MODULES_DIR=/modules', 'SAN=');
$t->run_program('openssl', 'rand', '-hex', '-out', $t->dir . '/csrf.key', 32);
umask $mask;
is($status, 0, 'make install') or diag($text);

ok(-x "$place/usr/local/$_", $_)
    for qw(bin/backup-tasks-ctl sbin/backup-tasks-agent
        sbin/backup-tasks-worker);
ok(-s "$place/modules/ngx_http_backup_tasks_module.so", 'the module');

# What the example says, with its paths moved below the place.
my $share = '/usr/local/share/backup-tasks';
my $example = $t->read_file("$place$share/conf/example.conf");
my @named = $example =~ m{(\Q$share\E/[^\s;]+)}g;
cmp_ok(scalar @named, '>=', 7, 'the example names files of ours');
ok(-e "$place$_", "$_ is installed") for @named;
for my $file (glob "$place$share/*/* $place$share/xslt/*/*") {
    my $mode = (stat $file)[2];
    my $wanted = -d $file ? 05 : 04;
    is($mode & 07, $wanted, "others can read $file and not change it");
}

# nginx takes it as it stands.
my ($conf, $tls) = map { $t->dir . "/$_" } qw(site.conf tls.pem);
is(($t->run_program(qw(openssl req -x509 -nodes -newkey rsa:2048 -days 2
    -subj /CN=localhost -keyout), "$tls.key", '-out', $tls))[0], 0, 'TLS');
my ($modules) = ($t->run_program('nginx', '-V'))[1]
    =~ /--modules-path=(\S+)/;
$example =~ s{\Q$share}{$place$share}g;
$example =~ s{/etc/ssl/certs/[^;]+}{$tls};
$example =~ s{/etc/ssl/private/[^;]+}{$tls.key};
$example =~ s{/etc/nginx/backup-tasks-csrf\.key}{$t->dir . '/csrf.key'}e;
$example =~ s{listen\s+443}{'listen 127.0.0.1:' . $t->port}e;
open my $out, '>', $conf or die "$conf: $!";
print {$out} "load_module $modules/ngx_http_xslt_filter_module.so;\n",
    "load_module $place/modules/ngx_http_backup_tasks_module.so;\n",
    'pid ', $t->dir, "/site.pid;\nevents {}\nhttp {\naccess_log off;\n",
    $example, "}\n";
close $out or die "$conf: $!";
($status, $text) = $t->run_program('nginx', '-t', '-e',
    $t->dir . '/log/site.log', '-c', $conf);
is($status, 0, 'nginx takes the example') or diag($text);
unlike($text, qr/\[warn\]/, 'without a warning');

$t->done;
