#!/usr/bin/perl
# stream_memory.t: a list of any length, to a fast reader and to a slow one: worker and nginx grow by less than 8 MiB, and no file is written.
#
# BT_LONG: 500,000 rows, and 1 MB/s for the slow one (30,000 and 5 MB/s).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use POSIX ();
use Test::More;
use Time::HiRes ();

my $rows = $ENV{BT_LONG} ? 500_000 : 30_000;
my $rate = $ENV{BT_LONG} ? '1M' : '5M';

# Else the sanitizer keeps what was freed.
local $ENV{ASAN_OPTIONS} = 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0';
my $t = BackupTasks->new->start;
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'large');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
my %path = (csv => 'data.csv?size=all&updated-after=1970-01-01T00:00:00Z',
    xml => 'data.xml?updated-after=1970-01-01T00:00:00Z');
($path{delta}) = $t->xml($t->get("/backup/$path{xml}", user => 'feed'))
    ->link('delta') =~ m{^/backup/(.*)};
$records->add_many($rows, cluster_id => $cluster, tenant_id => $tenant);
$t->sql("UPDATE data_tasks SET second_backups = 1, progress_percent = 100,"
    . " source = CONCAT('job ', id), size_bytes = id * 1000");

sub kilobytes {
    my ($pid, $what) = @_;
    my ($kb) = $t->read_file("/proc/$pid/status") =~ /^$what:\s+(\d+)/m;
    return $kb;
}

# Each at what it has now; the highest from here on is the peak.
sub begin_measuring {
    my %now;
    for my $pid ($t->pid('worker'), $t->nginx_workers) {
        $t->_write("/proc/$pid/clear_refs", '5');
        $now{$pid} = kilobytes($pid, 'VmRSS');
    }
    return \%now;
}

sub growth {
    my ($before) = @_;
    my $sum = 0;
    $sum += kilobytes($_, 'VmHWM') - $before->{$_} for keys %$before;
    return $sum;
}

# Reads without keeping it: (exit status of curl, bytes, lines, seconds).
sub fetch {
    my ($path, @more) = @_;
    my $begun = Time::HiRes::time();
    my $pid = open my $out, '-|' // die "fork: $!";
    if (!$pid) {
        exec 'curl', '--silent', '--no-buffer', '--user', 'feed:feed', @more,
            'http://127.0.0.1:' . $t->port . "/backup/$path"
            or POSIX::_exit(127);
    }
    my ($bytes, $lines, $count) = (0, 0, 0);
    my $last = '';
    while (my $n = sysread $out, my $data, 65536) {
        $bytes += $n;
        $lines += $data =~ tr/\n//;
        # What a piece begins with may have begun in the one before.
        $count += () = ($last . $data) =~ /<updated>/g;
        $last = $data =~ /(<[a-z]*)\z/ ? $1 : '';
    }
    close $out;
    return ($? >> 8, $bytes, $lines, $count, Time::HiRes::time() - $begun);
}

# What every process takes once is not what a list takes.
fetch($path{$_} . '&size=600') for qw(xml delta);
fetch('data.csv?size=600&updated-after=1970-01-01T00:00:00Z');

for my $format (qw(xml csv delta)) {
    for my $reader ('fast', "at $rate", 'gzip') {
        my $what = "$format, $reader";
        my $before = begin_measuring();
        my ($status, $bytes, $lines, $count, $seconds) = fetch($path{$format},
            $reader eq 'gzip' ? ('-H', 'Accept-Encoding: gzip')
            : $reader eq 'fast' ? () : ('--limit-rate', $rate));
        my $grown = growth($before);
        is($status, 0, "$what: whole");
        is($format eq 'csv' ? $lines - 1 : $count, $rows, "$what: every row")
            if $reader ne 'gzip';
        cmp_ok($grown, '<', 8 * 1024, "$what: grows by $grown kB");
        diag(sprintf '%s: %d rows, %.1f MB, %.1f s, %d kB more', $what, $rows,
            $bytes / 1e6, $seconds, $grown) if $ENV{BT_LONG};
    }
}
is(join(' ', glob $t->dir . '/tmp/fastcgi/*/*/*'), '', 'no file');
unlike($t->log('error'), qr/buffered to a temporary file/, 'nor a word of it');

$t->done;
