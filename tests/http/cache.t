#!/usr/bin/perl
# cache.t: the shared cache of nginx: nobody gets another one's rows, and what is old says so.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

# The names that must not meet, and who sees which of them.
my %scope = (viewer => 'a-name', feed => 'b-name/b-tenant',
    auditor => 'group:of-b', operator => '*');
my %sees = (viewer => ['a'], feed => ['b'], auditor => ['b'],
    operator => ['a', 'b']);

# Kept for a minute, so that nothing depends on speed; `short` is for what
# waits until an answer is too old.
sub stack {
    my ($seconds) = @_;
    my $t;
    $t = BackupTasks->new(worker_options => ['--cache', $seconds], edit => sub {
        my $dir = $t->dir;
        s{(    access_log )}{    fastcgi_cache_path "$dir/cache" levels=1:2
        keys_zone=backup_tasks:1m inactive=10m use_temp_path=off;\n$1};
        s{(include\s+"([^"]*)/backup_tasks_fastcgi\.conf";)}
         {$1\n include "$2/backup_tasks_cache.conf";
          add_header X-Test-Cache \$upstream_cache_status always;};
        s{(location = \S*health \{)}{$1\n add_header X-Test-Cache
            \$upstream_cache_status always;};
        s{backup_tasks_scope\s+\*;}{backup_tasks_scope \$test_scope;};
        my $map = join '', map { "$_ '$scope{$_}';\n" } sort keys %scope;
        s{(    map \$remote_user )}{map \$remote_user \$test_scope {$map}\n$1};
    });
    $t->start;
    my $records = BackupTasks::Records->new($t);
    my $start = $t->value('SELECT UTC_TIMESTAMP(6) - INTERVAL 3 HOUR');
    my %id;
    for my $c ('a', 'b') {
        my $cluster = $records->add_cluster(name => "$c-name",
            groups => ["of-$c"], round_seconds => 100000);
        my $tenant = $records->add_tenant(cluster_id => $cluster,
            name => "$c-tenant");
        my %place = (cluster_id => $cluster, tenant_id => $tenant,
            start_time => $start);
        $id{$c} = { cluster => $cluster,
            data => $records->add(data => %place, status => 'FAILED',
                cause => { code => '-9040', text => "$c-cause" }),
            log => $records->add(log => %place, status => 'IN_PROGRESS',
                observed => $start),
            second => $records->add(second => %place, status => 'FAILED',
                kind => 'DATA') };
    }
    # For a moment after a change of the health documents have no tag.
    my $asked = 10;
    $t->wait_until(sub { $asked++; $t->get("/backup/log.xml?range=custom&from="
        . "2025-01-01T00:$asked&to=2025-02-01&size=1", user => 'operator')
        ->{headers}{etag} });
    return ($t, $records, \%id);
}

my ($t, $records, $id) = stack(60);
sub kept { return $_[0]{headers}{'x-test-cache'} // '' }
sub tag  { return $_[0]{headers}{etag} }

# Presets move with the minute: what must be one entry asks for a fixed window.
my $fixed = 'range=custom&from=2026-01-01&to=2026-02-01';

# ---- What is kept.

my $first = $t->get("/backup/data.xml?size=50&$fixed", user => 'operator');
my $second = $t->get("/backup/data.xml?size=50&$fixed", user => 'operator');
is(kept($first), 'MISS', 'asked once');
is(kept($second), 'HIT', 'asked again: kept');
is($second->{body}, $first->{body}, 'the same document');
is($second->{headers}{$_}, $first->{headers}{$_}, "the same $_")
    for qw(etag cache-control content-type vary content-disposition);
is($second->{headers}{'x-accel-expires'}, undef, 'nginx keeps that for itself');
is($second->{headers}{'x-backup-tasks-stale'}, undef, 'nothing is stale');
is(kept($t->get("/backup/data.xml?$fixed&size=50", user => 'operator')), 'HIT',
    'in another order: the same');

my $head = $t->head("/backup/log.xml?size=3&$fixed", user => 'operator');
is(kept($head), 'MISS', 'HEAD');
is($head->{body}, '', 'HEAD: no body');
my $get = $t->get("/backup/log.xml?size=3&$fixed", user => 'operator');
is(kept($get), 'HIT', 'GET after HEAD: kept');
is($t->xml($get)->{name}, 'log-backups', 'and whole');
is(kept($t->head("/backup/log.xml?size=3&$fixed", user => 'operator')), 'HIT',
    'HEAD after GET: kept');

# A page is kept for its minute: asked for in one.
for my $path ("/backup/data.xml?size=50&$fixed", "/backup/data?size=50&$fixed",
    "/backup/data.csv?size=50&$fixed", '/backup/clusters.xml',
    "/backup/data/$id->{a}{data}.xml", "/backup/data/$id->{a}{data}")
{
    my ($whole, $same, $other, $headed) = $t->in_a_minute(sub {
        my $whole = $t->get($path, user => 'operator');
        my %if = ('If-None-Match' => tag($whole));
        return ($whole, $t->get($path, user => 'operator', headers => \%if),
            $t->get($path, user => 'operator',
                headers => { 'If-None-Match' => '"x"' }),
            $t->head($path, user => 'operator', headers => \%if)) });
    is($same->{status}, 304, "$path: 304 from the cache");
    is(kept($same), 'HIT', "$path: without asking the worker");
    is($same->{body}, '', "$path: no body");
    is(tag($same), tag($whole), "$path: with its tag");
    is($other->{status}, 200, "$path: another tag: the document");
    is($headed->{status}, 304, "$path: HEAD: 304");
}

# The first to ask on a condition gets its 304, and others the whole document.
my $lone = $t->get("/backup/data.xml?size=49&$fixed", user => 'operator');
$t->reload_nginx;
my $again = $t->get("/backup/data.xml?size=49&$fixed", user => 'operator',
    headers => { 'If-None-Match' => tag($lone) });
is($again->{status}, 304, 'on a condition, nothing kept: 304');
is(kept($again), 'MISS', 'a reload begins anew');
my $after;
ok($t->wait_until(sub {
    $after = $t->get("/backup/data.xml?size=49&$fixed", user => 'operator');
    return kept($after) eq 'HIT' }), 'kept since then');
is($t->xml($after)->{name}, 'data-backup-tasks', 'and whole');

# ---- What is not.

my $delta = $t->xml($t->get('/backup/data.xml?updated-after=1970-01-01T00:00:00Z',
    user => 'operator'))->link('delta');
my $form = "/backup/log/$id->{a}{log}/stop";
my %never = (
    '/backup/data.xml' => 'a list of any length', $delta => 'a delta',
    '/backup/data.csv?size=501' => 'more than 500 rows',
    $form => 'a form', '/backup/metrics' => 'metrics',
    '/backup/health' => 'health', '/backup/data.xml?size=0' => 'a refusal',
    '/backup/data/999.xml' => 'what is not there',
    '/backup/data/999' => 'its page', '/backup/commands/7' => 'a command',
);
for my $path (sort keys %never) {
    $t->get($path, user => 'operator') for 1 .. 2;
    my $answer = $t->get($path, user => 'operator');
    unlike(kept($answer), qr/HIT|STALE|UPDATING/, "$never{$path}: never kept");
}
like($t->get('/backup/data/999.xml', user => 'operator')->{headers}
    {'cache-control'}, qr/no-store/, 'an error: no-store');
my ($value) = $t->get($form, user => 'operator')->{body}
    =~ /name="idempotency-key" value="(\w+)"/;
my ($csrf) = $t->get($form, user => 'operator')->{body}
    =~ /name="csrf" value="(\w+)"/;
my $act = $t->post($form, { csrf => $csrf, 'idempotency-key' => $value,
    'expected-state' => 'IN_PROGRESS' }, user => 'operator');
is($act->{status}, 303, 'an act');
is(kept($act), '', 'is no business of a cache');
my $command = $act->{headers}{location};
like($t->get($command, user => 'operator')->{body}, qr/REQUESTED|Requested/,
    'its command');
$t->sql("UPDATE commands SET state = 'FAILED', result = 'no way'");
like($t->get($command, user => 'operator')->{body}, qr/no way/,
    'is always asked for');

# A stream is answered by the worker, on a condition, too.
my $stream = $t->get('/backup/cleanup.xml?updated-after=2026-01-01T00:00:00Z',
    user => 'operator');
is($t->get('/backup/cleanup.xml?updated-after=2026-01-01T00:00:00Z',
    user => 'operator', headers => { 'If-None-Match' => tag($stream) })
    ->{status}, 304, 'a stream: 304 by the worker');

# ---- Nobody gets another one's rows.

my @users = sort keys %scope;
my @paths = ((map { my $v = $_; map { "/backup/$v$_" } '?size=50',
        '.xml?size=50', '.csv?size=50', '.atom?size=50' }
        qw(data log second clusters)), '/backup/clusters.csv');
for my $path (@paths) {
    for my $turn (1, 2) {
        for my $user ($turn == 1 ? @users : reverse @users) {
            next if $user eq 'feed' && $path =~ m{^/backup/\w+(?:\?|$)};
            my $answer = $t->get($path, user => $user);
            is($answer->{status}, 200, "$user: $path");
            my %may = map { $_ => 1 } @{ $sees{$user} };
            my @wrong = grep { !$may{$_} && $answer->{body}
                =~ /\b$_-(?:name|tenant|cause)\b/ } 'a', 'b';
            is("@wrong", '', "$user: nothing of others: " . kept($answer));
            my @missing = grep { $answer->{body} !~ /\b$_-name\b/ } keys %may;
            is("@missing", '', "$user: all of the own") if $path !~ /atom/;
        }
    }
}
for my $user (qw(viewer feed auditor)) {
    my ($other) = grep { $_ ne $sees{$user}[0] } 'a', 'b';
    for my $path ("/backup/data/$id->{$other}{data}.xml",
        "/backup/log/$id->{$other}{log}.xml",
        "/backup/clusters/$id->{$other}{cluster}.xml",
        "/backup/data/$id->{$other}{data}/cause.xml")
    {
        is($t->get($path, user => 'operator')->{status}, 200, "$path: kept");
        is($t->get($path, user => $user)->{status}, 404,
            "$path: not for $user");
    }
}

# A page is of its reader, in the reader's language and frame.
my %page = (
    'another name'     => [qr/auditor/, '?size=50', user => 'auditor'],
    'another language' => [qr/lang="zh/, '?size=50',
        headers => { 'Accept-Language' => 'zh-CN' }],
    'the language asked for' => [qr/lang="zh/, '?size=50&lang=zh'],
);
for my $what (sort keys %page) {
    my ($pattern, $query, @rest) = @{ $page{$what} };
    $t->get("/backup/data$query", user => 'operator') for 1 .. 2;
    like($t->get("/backup/data$query", user => 'operator', @rest)->{body},
        $pattern, "$what: another page");
}
unlike($t->get('/backup/data?size=50&layout=fragment', user => 'operator')
    ->{body}, qr/<html/, 'a fragment stays one');
$t->end;

# ---- While the store is away.

($t, $records, $id) = stack(1);
my $xml = "/backup/data.xml?size=50&$fixed";
my $html = "/backup/data?size=50&$fixed";
my $chinese = "$html&lang=zh";
my %before = map { ($_ => $t->get($_, user => 'operator')) } $xml, $html,
    $chinese;
is($before{$_}{status}, 200, "$_: kept") for sort keys %before;
unlike($before{$html}{body}, qr/class="verdict bad kept"/, 'no word of that');

for my $away ('the store', 'the worker') {
    $away eq 'the store' ? $t->kill_db : $t->kill_worker;
    my %stale;
    for my $path ($xml, $html, $chinese) {
        ok($t->wait_until(sub {
            $stale{$path} = $t->get($path, user => 'operator',
                headers => { 'If-None-Match' => tag($before{$html}) // '"x"' });
            return defined $stale{$path}{headers}{'x-backup-tasks-stale'};
        }), "$away is away: $path: what was kept, and it says so");
        is($stale{$path}{status}, 200, "$away is away: $path: 200");
        like($stale{$path}{headers}{'x-backup-tasks-stale'}, qr/^\d+$/,
            "$away is away: $path: for how many seconds");
        is(kept($stale{$path}), 'STALE', "$away is away: nginx knows");
    }
    is($stale{$xml}{body}, $before{$xml}{body}, 'the document as it was');
    like($stale{$html}{body}, qr/class="verdict bad kept".*?cannot be read/s,
        'the page has a sentence');
    like($stale{$chinese}{body}, qr/目前无法读取备份记录/, 'in Chinese, too');
    is(tag($stale{$html}), undef, 'and no tag: it is another page');
    is($t->get($xml, user => 'operator', headers => { 'If-None-Match' =>
        tag($before{$xml}) })->{status}, 304,
        'who has the document needs no other');
    my $new = '/backup/log.xml?size=' . length $away;
    my $none = $t->get($new, user => 'operator');
    is($none->{status}, 503, 'what nobody asked for before: 503');
    is($none->{headers}{'x-backup-tasks-stale'}, undef, 'which is not stale');
    like($none->{headers}{'cache-control'}, qr/no-store/, 'and is not kept');
    is($t->get($xml, user => 'viewer')->{status}, 503,
        'what another one asked for, too');
    $away eq 'the store' ? $t->start_db : $t->start_worker;
    ok($t->wait_until(sub { my $answer = $t->get($html, user => 'operator');
        $answer->{status} == 200
            && !defined $answer->{headers}{'x-backup-tasks-stale'}
            && $answer->{body} !~ /verdict bad kept/ }), "$away is back");
    is($t->get($new, user => 'operator')->{status}, 200,
        'the error was not kept');
}

$t->expect_log(qr/request=/, qr/upstream|connect\(\) to unix/);
$t->done;
