#!/usr/bin/perl
# stream_broken.t: a store or worker that dies in the middle of an answer is seen by curl in every format, version of HTTP and coding.
#
# With BT_LONG each with each.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use POSIX ();
use Test::More;

my $rows = 20_000;
my $tls_port = BackupTasks::_free_port();
my $old_port = BackupTasks::_free_port();

# The same over TLS, with HTTP/2, and behind another nginx that asks by
# HTTP/1.0, as nginx does unless told otherwise.  That one in turn cannot break
# an answer to an HTTP/1.0 client.
sub settings {
    s/(listen 127\.0\.0\.1:\d+;)/$1\n        listen 127.0.0.1:$tls_port ssl http2;
        ssl_certificate tls.pem; ssl_certificate_key tls.key;/;
    my ($port) = /listen 127\.0\.0\.1:(\d+);/;
    s/(    server \{)/    server { listen 127.0.0.1:$old_port;
        location \/ { proxy_pass http:\/\/127.0.0.1:$port; proxy_buffers 4 4k;
        proxy_max_temp_file_size 0; proxy_http_version 1.0; } }\n$1/;
    return;
}

# What was committed stays when the store's process dies.
my $t = BackupTasks->new(edit => \&settings, database_options =>
    [ '--innodb-flush-log-at-trx-commit=2' ])->start(qw(db worker));
my ($status, $text) = $t->run_program('openssl', 'req', '-x509', '-newkey',
    'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', 1, '-subj',
    '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout',
    $t->dir . '/tls.key', '-out', $t->dir . '/tls.pem');
is($status, 0, 'a certificate') or diag $text;
$t->start('nginx');
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'large');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
my $start = $t->xml($t->get('/backup/data.xml?updated-after='
    . '1970-01-01T00:00:00Z', user => 'feed'))->link('delta');
$records->add_many($rows, cluster_id => $cluster, tenant_id => $tenant);

# More than all buffers on the way take, compressed as well.
$t->sql("UPDATE data_tasks SET storage_directory = CONCAT('file:///', "
    . join(', ', ('MD5(RAND())') x 40) . ')');

my $day = $t->value('SELECT UTC_DATE() - INTERVAL 1 DAY');
($status, $text) = $t->ctl('report', 'write', '--day', $day, '--report-sheet',
    $t->root . '/xslt/report.xsl');
is($status, 0, 'a report of many tasks') or diag $text;

my %path = (report => "/backup/reports/$day.xml",
    'report.csv' => "/backup/reports/$day.csv",
    xml => '/backup/data.xml?range=7d&size=all',
    csv => '/backup/data.csv?range=7d&size=all', delta => $start);
my %way = (
    'HTTP/1.0' => [ 'http', $t->port, '--http1.0' ],
    'HTTP/1.1' => [ 'http', $t->port, '--http1.1' ],
    'HTTP/1.0, TLS' => [ 'https', $tls_port, '--http1.0' ],
    'HTTP/1.1, TLS' => [ 'https', $tls_port, '--http1.1' ],
    'HTTP/2' => [ 'https', $tls_port, '--http2' ],
    'a proxy' => [ 'http', $old_port, '--http1.1' ],
);

# Starts curl, which writes into a pipe.
sub begin {
    my ($format, $way, @more) = @_;
    my ($scheme, $port, $version) = @{ $way{$way} };
    my $pid = open my $out, '-|' // die "fork: $!";
    if (!$pid) {
        exec 'curl', '--silent', '--no-buffer', $version, '--user', 'feed:feed',
            '--cacert', $t->dir . '/tls.pem', @more,
            "$scheme://127.0.0.1:$port$path{$format}" or POSIX::_exit(127);
    }
    return { out => $out, pid => $pid, read => 0 };
}

# At least so many bytes, or all for undef.
sub take {
    my ($call, $bytes) = @_;
    while (!defined $bytes || $call->{read} < $bytes) {
        my $n = sysread $call->{out}, $call->{last}, 65536 or last;
        $call->{read} += $n;
        $call->{end} = substr(($call->{end} // '') . $call->{last}, -2000);
    }
    return $call->{read};
}

sub end {
    my ($call) = @_;
    take($call);
    close $call->{out};
    return $? >> 8;
}

# What curl says of a transfer that broke: 18 partial, 56 reset or TLS cut off,
# 92 stream reset, 61 a coding that does not end.
my %broken = map { $_ => 1 } 18, 56, 61, 92;

sub breaks {
    my ($format, $way, $coding) = @_;
    my $what = join ', ', @_;
    my @more = $coding ? ('-H', "Accept-Encoding: $coding") : ();
    my $call = begin($format, $way, @more);
    is(end($call), 0, "$what: whole");
    my $whole = $call->{read};
    # Then it waits, as curl does whose output nobody takes.
    $call = begin($format, $way, @more);
    cmp_ok(take($call, 100_000), '>', 0, "$what: it has begun");
    $t->kill_db;
    my $code = end($call);
    ok($broken{$code}, "$what: curl sees it, $code");
    cmp_ok($call->{read}, '<', $whole, "$what: not all of it");
    $t->start_db;
    return;
}

for my $way (sort keys %way) {
    breaks($_, $way) for qw(xml csv);
    breaks('csv', $way, 'gzip');
    next if !$ENV{BT_LONG};
    breaks($_, $way, 'gzip') for qw(xml delta report report.csv);
    breaks($_, $way) for qw(delta report report.csv);
}
if (!$ENV{BT_LONG}) {
    breaks('delta', 'HTTP/1.0');
    breaks('delta', 'HTTP/2');
    breaks('report', 'HTTP/1.0');
    breaks('report.csv', 'HTTP/1.1');
}

for my $way ('HTTP/1.0', 'a proxy') {
    my $call = begin('csv', $way);
    take($call, 100_000);
    $t->kill_worker;
    ok($broken{ end($call) }, "$way: a worker that dies, too");
    $t->start_worker;
}

# What is whole in memory before its first byte is an error instead.
$t->kill_db;
for my $path ('metrics', 'data.csv?size=5', 'data.xml?size=5', 'data.atom',
        'clusters.csv') {
    for my $version ('--http1.0', '--http1.1') {
        my ($status, $text) = $t->run_program('curl', '--silent', '--output',
            $t->dir . '/body', '--write-out', '%{http_code}', $version, '--user',
            'feed:feed', 'http://127.0.0.1:' . $t->port . "/backup/$path");
        is("$status $text", '0 503', "$path, $version: 503");
    }
}
$t->start_db;

$t->expect_log(qr/upstream prematurely closed|connect\(\) to unix/);
$t->done;
