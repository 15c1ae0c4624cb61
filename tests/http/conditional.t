#!/usr/bin/perl
# conditional.t: a copy that is still good is not sent again, and no other copy is taken for good.
#
# BT_STEPS: how many random changes (40; 1000 with BT_LONG).  BT_SEED repeats a
# run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use BackupTasks::Xml qw(xml_parse);
use Test::More;

my $steps = $ENV{BT_STEPS} || ($ENV{BT_LONG} ? 1000 : 40);
my $seed = $ENV{BT_SEED} || time;
srand $seed;
note("BT_SEED=$seed");

my $t = BackupTasks->new->start;
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);

# A fixed window, so that documents differ by what happens and not by the minute.
my $day = 86400 * 1_000_000;
my $to = int(time / 86400 + 1) * $day;
my @window = (from => $to - 30 * $day, to => $to);
my $custom = sub {
    my @at = map { my @d = gmtime $_ / 1_000_000;
        sprintf '%04d-%02d-%02d', $d[5] + 1900, $d[4] + 1, $d[3] }
        @window[1, 3];
    return "range=custom&from=$at[0]&to=$at[1]";
}->();

my (%cluster, %tenant, %id);
my $start = $t->value('SELECT UTC_TIMESTAMP(6) - INTERVAL 3 HOUR');
for my $c ('a', 'b') {
    $cluster{$c} = $records->add_cluster(name => $c, groups => ["of-$c"],
        round_seconds => 3600);
    $tenant{$c} = $records->add_tenant(cluster_id => $cluster{$c},
        name => "tenant-$c");
    my %place = (cluster_id => $cluster{$c}, tenant_id => $tenant{$c},
        start_time => $start);
    $id{$c} = {
        data => $records->add(data => %place, status => 'FAILED',
            mode => 'FULL', method => 'PHYSICAL', cause => { code => '-9040' }),
        log => $records->add(log => %place, status => 'IN_PROGRESS',
            latency_seconds => 3, observed => $start,
            latest_backup_time => $start),
        cleanup => $records->add(cleanup => %place, status => 'COMPLETED'),
        second => $records->add(second => %place, status => 'COMPLETED',
            kind => 'DATA') };
}

# name => [ arguments of Worker::ask ]
my %list = (
    (map { ("$_ page" => [$_, "$custom&size=50", @window],
            "$_ stream" => [$_, "$custom&size=all", @window]) }
        qw(data log cleanup second)),
    'followed'   => ['data', 'updated-after=1970-01-01T00:00:00Z&size=all'],
    'data atom'  => ['data', '', format => 'atom'],
    'log atom'   => ['log', '', format => 'atom'],
    'data csv'   => ['data', "$custom&size=50", @window, format => 'csv'],
    'log csv'    => ['log', 'size=all', format => 'csv'],
    'clusters'   => ['clusters', ''],
    'commands'   => ['commands', "$custom&size=50", @window],
    'audit'      => ['audit', "$custom&size=50", @window],
);
sub single {
    my ($c) = @_;
    return (
        'data/ID'    => ['data-task', '', kind => 'data', id => $id{$c}{data}],
        'cause'      => ['data-cause', '', kind => 'data',
                         id => $id{$c}{data}],
        'log/ID'     => ['log-backup', '', kind => 'log', id => $id{$c}{log}],
        'cleanup/ID' => ['cleanup-task', '', kind => 'cleanup',
                         id => $id{$c}{cleanup}],
        'second/ID'  => ['second-backup', '', kind => 'second',
                         id => $id{$c}{second}],
        'cluster/ID' => ['cluster', '', kind => 'clusters',
                         id => $cluster{$c}],
    );
}
my %document = (%list, single('a'));

sub tag { return $_[0]{headers}{etag} }

sub ask {
    my ($what, %more) = @_;
    my ($view, $query, @rest) = @{ ref $what ? $what : $document{$what} };
    return $worker->ask($view, $query, @rest, %more);
}

# The document with its tag: for a moment after its health has changed it has
# none.
sub whole {
    my ($name, @more) = @_;
    return $t->wait_until(sub {
        my $answer = ask($name, @more);
        return tag($answer) || $answer->{status} != 200 ? $answer : 0;
    });
}
sub good { return tag(whole(@_)) }

# What does not count, taken off.
sub firm {
    my ($answer) = @_;
    my $text = $answer->{body};
    $text =~ s/ (?:generated|as-of|request-id)="[^"]*"//g;
    $text =~ s{<(observed|latest-backup-time|latency-seconds|checkpoint
        |restorable-to|seconds)\b[^>]*>[^<]*</\1>}{}gx;
    $text =~ s{<latency .*?</latency>|<latency [^>]*/>}{}gs;
    $text =~ s{delta=[\w.~-]+}{}g;
    if (($answer->{headers}{'content-type'} // '') =~ /csv/) {
        my ($names, @rows) = map { [split /,/] } split /\r\n/, $text;
        my @keep = grep { $names->[$_] !~
            /observed|latest-backup-time|latency-seconds/ } 0 .. $#$names;
        $text = join "\n", map { join ',', map { $_ // '' } @{$_}[@keep] } @rows;
    }
    return $text;
}

# The first look at what time makes true.
ok(good('data page'), 'documents have tags');

# ---- What a 304 is.

# Documents with the states of the last 24 hours above them, and pages, are of
# their minute: what takes two requests is done again where one has passed.
for my $name (sort keys %document) {
    my ($full, $same) = $t->in_a_minute(sub {
        my $full = whole($name);
        return ($full, ask($name, if_none_match => tag($full))) });
    like(tag($full), qr/^W\/"[0-9a-f]{32}"$/, "$name: a weak tag");
    is($same->{status}, 304, "$name: 304");
    is($same->{body}, '', "$name: no body");
    is_deeply([@{ $same->{headers} }{qw(etag cache-control vary)}],
        [@{ $full->{headers} }{qw(etag cache-control vary)}],
        "$name: the headers of the document");
    is($same->{headers}{'content-type'}, undef, "$name: no type");
}

my $tag = good('data stream');
(my $strong = $tag) =~ s/^W\///;
my %given = (
    $tag => 304, $strong => 304, '*' => 304, ' * ' => 304,
    qq("x", $tag) => 304, qq("x",W/"y",$tag,"z") => 304, qq(  , $tag) => 304,
    '"x"' => 200, '' => 200, 'x' => 200, '"' => 200, '*, "x"' => 200,
    substr($strong, 1, -1) => 200, qq("x" $strong") => 304,
    uc $tag => 200, '"' . ('x' x 3000) . '"' => 200, "\"x\", $strong" => 304,
);
is(ask('data stream', if_none_match => $_)->{status}, $given{$_},
    'If-None-Match: ' . substr $_, 0, 60) for sort keys %given;

# A condition hides no error.
is($worker->ask_one('data-task', 'data', 999, if_none_match => '*')->{status},
    404, 'no such record: 404, whatever the condition');
is($worker->ask('data', '', roles => '', if_none_match => '*')->{status}, 403,
    'no role: 403');
is($worker->ask('data', 'size=0', if_none_match => '*')->{status}, 400,
    'a bad value: 400');
my ($position) = xml_parse(ask('followed')->{body})->link('delta')
    =~ /delta=([^&]+)/;
is(ask(['data', "delta=$position"], if_none_match => '*')->{status}, 304,
    'a delta');
my $followed = tag(ask(['data', "delta=$position"]));
$t->sql('UPDATE change_counter SET number = number - 1');
is(ask(['data', "delta=$position"], if_none_match => $_)->{status}, 410,
    "a position ahead of the records: 410 with $_") for '*', $followed;
$t->sql('UPDATE change_counter SET number = number + 1');

# A store that has lost its counter.
$t->sql('UPDATE change_counter SET id = 2');
is(tag(ask('data page')), undef, 'no change numbers: no tag');
$t->sql('UPDATE change_counter SET id = 1');

# What has no tag.
is(tag($worker->ask('metrics', '', format => 'text')), undef, 'metrics: none');
my $form = $worker->ask('action', '', format => 'html', kind => 'log',
    id => $id{a}{log}, action => 'stop', if_none_match => '*');
is($form->{status}, 200, 'a form is always sent');
is(tag($form), undef, 'a form: no tag');
is($form->{headers}{'cache-control'}, 'private, no-store', 'a form: no-store');

# ---- By date.

sub date { return $_[0]{headers}{'last-modified'} }

$t->wait_until(sub { date(ask('data stream')) });
my $dated = ask('data stream');
like(date($dated), qr/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/, 'Last-Modified');
is(ask('data stream', if_modified_since => date($dated))->{status}, 304,
    'the same date: 304');
is(ask('data stream', if_modified_since => $_)->{status}, 200, "$_: 200")
    for 'Sun, 06 Nov 2094 08:49:37 GMT', 'yesterday';
is(ask('data stream', if_modified_since => date($dated),
    if_none_match => '"x"')->{status}, 200, 'a tag goes before the date');
$records->set(data => $id{a}{data}, size_bytes => 7);
my $young = ask('data stream', if_modified_since => date($dated));
is($young->{status}, 200, 'changed: 200');
is(date($young), undef, 'what has just changed has no date yet');
is(date(ask('data stream', scope => 'a')), undef, 'nor has a part');
is(date(ask('data stream', tz => 'Asia/Shanghai')), undef, 'nor has a zone');
is(ask(['data-task', '', kind => 'data', id => 999],
    if_modified_since => date($dated))->{status}, 404, 'a date hides no 404');

# ---- What counts: who asks, and how.

my %other = (
    scope => 'a', tz => 'Asia/Shanghai', base => '/other/', format => 'csv',
    origin => 'https://other',
    from => $window[1] + 1,
);
for my $name (sort keys %other) {
    my ($one, $two) = $t->in_a_minute(sub { good('data page'),
        good('data page', $name => $other{$name}) });
    isnt($one, $two, "another $name: another tag");
}
isnt(good('data page', page => 'sheet 1', rendered => 1),
    good('data page', page => 'sheet 2', rendered => 1),
    "an operator's own sheet that is loaded anew");
is(good('data page', user => 'else', roles => 'feed'), good('data page'), 'XML is the same for everybody in the scope');
my %page = (user => 'else', roles => 'viewer', page => 'zh');
for my $name (sort keys %page) {
    my ($one, $two) = $t->in_a_minute(sub {
        good('data page', format => 'html'),
        good('data page', format => 'html', $name => $page{$name}) });
    isnt($one, $two, "a page: another $name: another tag");
}

# ---- What counts: each change; not outside of the scope.

my @changes = (
    'a new task' => sub { $records->add(data => cluster_id => $cluster{a},
        tenant_id => $tenant{a}, start_time => $start, status => 'COMPLETED',
        mode => 'FULL', method => 'PHYSICAL') },
    'another state' => sub {
        $records->set(log => $id{a}{log}, status => 'INTERRUPTED') },
    'a removal' => sub { $records->remove(data => $records->add(
        data => cluster_id => $cluster{a}, tenant_id => $tenant{a},
        start_time => $start, status => 'FAILED')) },
    'an acknowledgement' => sub { acknowledge() },
    'a command' => sub { post('log', $id{a}{log}, 'stop', 'INTERRUPTED') },
    'a command that is canceled' => sub {
        post('commands', open_command(), 'cancel', 'REQUESTED') },
    'an act that is refused' => sub {
        post('log', $id{a}{log}, 'start', 'INTERRUPTED') },
    (map { my $c = $_; ("$c is registered" => sub { ctl('cluster', 'add',
        '--adapter', 'program', '--program', '/bin/true', '--no-check',
        '--round', '1h', '--group', "of-$c", $c) }) } 'a'),
    'a cluster by another name' => sub { $records->change_cluster($cluster{a},
        "UPDATE clusters SET name = 'a ' WHERE id = $cluster{a}",
        "UPDATE clusters SET name = 'a' WHERE id = $cluster{a}") },
    (map { my @set = @$_;
        ("cluster set @set" => sub { ctl('cluster', 'set', @set, 'a') }) }
        [qw(--rpo 2)], [qw(--rpo 900)], [qw(--group x --group of-a)],
        [qw(--data-age 60)], [qw(--allow backup)]),
    'a pause' => sub { ctl('cluster', 'pause', 'a') },
    'no pause' => sub { ctl('cluster', 'resume', 'a') },
    'another cluster' => sub { ctl('cluster', 'add', '--adapter', 'program',
        '--program', '/bin/true', '--no-check', '--group', 'of-a', 'c') },
    'a cluster less' => sub { ctl('cluster', 'remove', '--yes', 'c', 'c') },
    'a repair' => sub {
        $t->sql('UPDATE hourly_counts SET tasks = tasks + 1 LIMIT 1');
        ctl('check', '--repair') },
);

sub ctl {
    my ($status, $text) = $t->ctl(@_);
    is($status, 0, "backup-tasks-ctl @_") or diag($text);
    return;
}

sub open_command {
    return $t->value('SELECT MAX(id) FROM commands');
}

my $form_number = 0;
sub post {
    my ($kind, $target, $action, $state) = @_;
    my $answer = $worker->post($kind, $target, $action, {
        csrf => 'c0ffee00', 'idempotency-key' => sprintf('%032x', ++$form_number),
        'expected-state' => $state });
    like($answer->{status}, qr/^(?:303|409)$/, "$action: $answer->{status}");
    return;
}

sub acknowledge {
    my $status = $t->value('SELECT status FROM data_tasks WHERE id ='
        . $id{a}{data});
    return post('data', $id{a}{data}, 'acknowledge', $status);
}

while (my ($what, $change) = splice @changes, 0, 2) {
    my (%before, @same);
    $t->in_a_minute(sub {
        %before = map { ($_ => good($_)) } keys %document;
        return;
    });
    my $group = good('data stream', scope => 'group:of-a');
    $change->();
    for my $name (sort keys %document) {
        my $again = ask($name, if_none_match => $before{$name});
        push @same, $name if $again->{status} != 200
            && $again->{status} != 404;
    }
    is("@same", '', "$what: nothing is taken for the same");
    is(ask('data stream', scope => 'group:of-a', if_none_match => $group)
        ->{status}, 200, "$what: nor by a reader of the group");
}

ctl('cluster', 'add', '--adapter', 'program', '--program', '/bin/true',
    '--no-check', '--round', '1h', '--group', 'of-b', 'b');

# A pause, a group or a task of another cluster is nothing to others.
for my $change ([qw(pause)], [qw(resume)], [qw(set --rpo 901)],
    [qw(set --group y)])
{
    my %tag = map { ($_ => good('log stream', scope => $_)) }
        '*', 'a', 'b', 'b/tenant-b', 'group:of-a', 'a b';
    ctl('cluster', @$change, 'b');
    for my $scope (sort keys %tag) {
        my $wanted = $scope =~ /^(?:a|group:of-a)$/ ? 304 : 200;
        is(ask('log stream', scope => $scope,
            if_none_match => $tag{$scope})->{status}, $wanted,
            "@$change b: scope $scope: $wanted");
    }
}

# ---- What does not count: observations.

my %observation = (
    'observed' => 'UPDATE clusters SET observed = UTC_TIMESTAMP(6)'
        . " WHERE name <> 'c'",
    'latency' => 'UPDATE log_backups SET latency_seconds = latency_seconds + 1,'
        . ' latest_backup_time = UTC_TIMESTAMP(6), observed ='
        . ' UTC_TIMESTAMP(6)',
    'a sample' => 'INSERT INTO log_latency (log_id, sampled_at,'
        . " latency_seconds) SELECT id, UTC_TIMESTAMP(6), 5 FROM log_backups",
    'a lease' => 'UPDATE clusters SET lease_until = UTC_TIMESTAMP(6)',
);
for my $what (sort keys %observation) {
    my @differ;
    $t->in_a_minute(sub {
        @differ = ();
        my %tag = map { ($_ => good($_)) } keys %document;
        $t->sql($observation{$what});
        for my $name (sort keys %document) {
            my $again = ask($name, if_none_match => $tag{$name});
            push @differ, $name if $again->{status} != 304;
        }
        return;
    });
    is("@differ", '', "$what: 304");
}

# ---- What counts by time alone.

# Asks until the copy is not good any more.
sub grows_old {
    my ($what, @change) = @_;
    my %tag = map { ($_ => good($_)) } 'clusters', 'log page';
    my $far = good('log page', scope => 'a');
    $t->sql($_) for @change;
    ok($t->wait_until(sub {
        ask('log page', if_none_match => $tag{'log page'})->{status} == 200
    }), "$what: another document");
    is(ask('clusters', if_none_match => $tag{clusters})->{status}, 200,
        "$what: of the clusters, too");
    is(ask('log page', scope => 'a', if_none_match => $far)->{status}, 304,
        "$what: not for readers of others");
    return;
}

my $b = "cluster_id = $cluster{b}";
grows_old('a cluster that does not answer', 'UPDATE clusters SET observed ='
    . " UTC_TIMESTAMP(6) - INTERVAL 4 * round_seconds SECOND WHERE name = 'b'");
grows_old('for another reason',
    "UPDATE clusters SET stale_reason = 'refused' WHERE name = 'b'");
grows_old('it answers again',
    "UPDATE clusters SET observed = UTC_TIMESTAMP(6) WHERE name = 'b'");
grows_old('a log backup that falls behind',
    "UPDATE log_backups SET latency_seconds = 100000 WHERE $b");
grows_old('and catches up',
    "UPDATE log_backups SET latency_seconds = 1 WHERE $b");
grows_old('a backup that grows too old',
    "UPDATE tenants SET last_full = NOW() - INTERVAL 1 YEAR WHERE $b");
my $there = good('log page', scope => 'a');
$t->sql("INSERT INTO agents (name, started, last_seen) VALUES ('x',"
    . " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)");
ok($t->wait_until(sub {
    ask('log page', scope => 'a', if_none_match => $there)->{status} == 200
}), 'no agent is there: told to everybody');

# ---- At random: never a 304 where a document taken now is another one.

my @scopes = ('*', 'a', 'group:of-b', 'b/tenant-b');
my %kept;
sub keep {
    my ($key) = @_;
    my ($name, $scope) = split /\|/, $key;
    my $answer = ask($name, scope => $scope);
    $kept{$key} = { status => $answer->{status}, tag => tag($answer),
        firm => firm($answer) };
    return;
}
my @keys = map { my $n = $_; map { "$n|$_" } @scopes } sort keys %document;
keep($_) for @keys;

my %status = (data => [qw(IN_PROGRESS FAILED COMPLETED)],
    log => [qw(STARTING IN_PROGRESS STOPPED INTERRUPTED)],
    cleanup => [qw(EXECUTING FAILED)], second => [qw(SCHEDULING FAILED)]);
sub any { return $_[rand @_] }
my @added;
my @random = (
    sub { my $c = any('a', 'b'); my $kind = any(keys %status);
        $records->set($kind => $id{$c}{$kind},
            status => any(@{ $status{$kind} })); return "$kind of $c" },
    sub { my $c = any('a', 'b');
        push @added, $records->add(data => cluster_id => $cluster{$c},
            tenant_id => $tenant{$c}, start_time => $start, mode => 'FULL',
            status => any(@{ $status{data} })); return "new in $c" },
    sub { return 'nothing to remove' if !@added;
        $records->remove(data => shift @added); return 'removed' },
    sub { my $c = any('a', 'b'); my $n = any(1, 50, 600, 100000);
        $records->change_cluster($cluster{$c}, "UPDATE clusters SET"
            . " rpo_seconds = $n WHERE name = '$c'"); return "rpo of $c $n" },
    sub { $t->sql('UPDATE clusters SET observed = UTC_TIMESTAMP(6) - INTERVAL '
        . any(0, 40000) . " SECOND WHERE name = '" . any('a', 'b') . "'");
        return 'observed' },
    sub { my $n = any(1, 2, 700); $t->sql('UPDATE log_backups SET'
        . " latency_seconds = $n, observed = UTC_TIMESTAMP(6) WHERE id ="
        . $id{any('a', 'b')}{log}); return "latency $n" },
    sub { $records->change_cluster($cluster{b}, 'DELETE FROM cluster_groups'
        . " WHERE cluster_id = $cluster{b}",
        any('DO 0', "INSERT INTO cluster_groups VALUES ($cluster{b}, 'of-b')"));
        return 'groups of b' },
);

my ($good, $fresh, $behind, @wrong) = (0, 0, 0);
for my $step (1 .. $steps) {
    my $what = any(@random)->();
    $behind = time if $what =~ /^latency/;
    my $late = time - $behind < 5;
    for my $key (map { any(@keys) } 1 .. 12) {
        my ($name, $scope) = split /\|/, $key;
        my $was = $kept{$key};
        if ($was->{status} != 200) {
            keep($key);
            next;
        }
        my $again = ask($name, scope => $scope, if_none_match => $was->{tag});
        $again->{status} == 304 ? $good++ : $fresh++;
        keep($key);
        next if $again->{status} != 304 || $kept{$key}{firm} eq $was->{firm};
        # What time makes true is seen within a second or two, and told then.
        next if $t->wait_until(sub { ask($name, scope => $scope,
            if_none_match => $was->{tag})->{status} == 200 }, $late ? 5 : 0.01);
        push @wrong, "step $step: $what: $key";
    }
}
is(join("\n", @wrong), '', "no 304 for another document: $good times 304,"
    . " $fresh times a document");
cmp_ok($good, '>', 0, 'some were still good');

# ---- Through nginx.

my @pages = map { "/backup/$_" } 'data', 'log', "data/$id{a}{data}",
    "data/$id{a}{data}/cause", 'clusters', 'data.xml', 'log.csv', 'audit';
good('data page');
for my $path (@pages) {
    my ($full, $same, $head, $zipped) = $t->in_a_minute(sub {
        my $full = $t->get($path, user => 'operator');
        my %if = ('If-None-Match' => tag($full));
        return ($full, $t->get($path, user => 'operator', headers => \%if),
            $t->head($path, user => 'operator', headers => \%if),
            $t->get($path, user => 'operator', headers => { %if,
                'Accept-Encoding' => 'gzip' })) });
    like(tag($full), qr/^W\/"/, "$path: nginx leaves the tag");
    like($full->{headers}{vary}, qr/Authorization, Cookie/, "$path: Vary");
    for ([GET => $same], [HEAD => $head], ['zipped GET' => $zipped]) {
        my ($method, $answer) = @$_;
        is($answer->{status}, 304, "$path: $method: 304");
        is($answer->{body}, '', "$path: $method: no body");
        is(tag($answer), tag($full), "$path: $method: the tag");
    }
    my ($got, $headed) = $t->in_a_minute(sub { map { tag($_) }
        $t->get($path, user => 'operator'),
        $t->head($path, user => 'operator') });
    is($headed, $got, "$path: HEAD has the tag");
}

# A page is somebody's, in a language and a layout, by sheets.
my %told = (
    'another role'     => [user => 'viewer'],
    'another language' => [headers => { 'Accept-Language' => 'zh' }],
);
my ($page, %differs) = $t->in_a_minute(sub {
    return (tag($t->get('/backup/data', user => 'operator')),
        map { my %o = (user => 'operator', @{ $told{$_} });
            ($_ => tag($t->get('/backup/data', %o))) } keys %told) });
isnt($differs{$_}, $page, "$_: another tag") for sort keys %told;
isnt(tag($t->get('/backup/data?layout=frame', user => 'operator')), $page,
    'another layout: another tag');
my ($loaded) = $t->in_a_minute(sub {
    $page = tag($t->get('/backup/data', user => 'operator'));
    $t->reload_nginx;
    return $t->get('/backup/data', user => 'operator',
        headers => { 'If-None-Match' => $page })->{status} });
is($loaded, 200, 'sheets that are loaded anew: another page');

my $xml = tag($t->get('/backup/log.xml', user => 'feed'));

# Errors have no tag, and nobody may keep them.
my %error = (
    '/backup/data?size=0' => 400, '/backup/nothing' => 404,
    '/backup/data/999.xml' => 404, '/backup/static/nothing' => 404,
    '/backup/data.csv?size=0' => 400,
);
for my $path (sort keys %error) {
    my $answer = $t->get($path, user => 'viewer',
        headers => { 'If-None-Match' => '*' });
    is($answer->{status}, $error{$path}, "$path: $error{$path}");
    is(tag($answer), undef, "$path: no tag");
    like($answer->{headers}{'cache-control'}, qr/no-store/, "$path: no-store");
}
for (['nobody' => 401], [feed => 403, '/backup/audit'],
    [viewer => 405, '/backup/data', 'PUT'])
{
    my ($user, $status, $path, $method) = @$_;
    my $answer = $t->request(path => $path // '/backup/data.xml',
        method => $method // 'GET', $user eq 'nobody' ? () : (user => $user),
        headers => { 'If-None-Match' => '*' });
    is($answer->{status}, $status, "$user: $status");
    like($answer->{headers}{'cache-control'}, qr/no-store/,
        "$status: no-store");
}
like($t->get('/backup/feed.xsd', user => 'feed')->{headers}{'cache-control'},
    qr/max-age=3600/, 'schemas may be kept for an hour');
$t->kill_db;
my $away = $t->get('/backup/log.xml', user => 'feed',
    headers => { 'If-None-Match' => $xml });
is($away->{status}, 503, 'no store: 503, also for who has a copy');
like($away->{headers}{'cache-control'}, qr/no-store/, '503: no-store');

$t->expect_log(qr/request=/);
$t->done;
