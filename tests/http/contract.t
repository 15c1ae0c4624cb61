#!/usr/bin/perl
# contract.t: reads the tables of docs/contract.md and holds the product to them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(form_encode);
use Test::More;

my $t = BackupTasks->new(sample => 300, reports => 1)->start;
my $text = $t->read_file($t->root . '/docs/contract.md');
my @roles = qw(viewer operator auditor feed);
my %is_list = map { $_ => 1 } qw(data log cleanup second data-second clusters
    commands audit reports);
my %has = (atom => {%is_list}, csv => { %is_list, report => 1 });
delete $has{atom}{reports};

# Rows of the table below a heading, as hashes by column name.
sub table {
    my ($heading) = @_;
    my ($section) = $text =~ /^#+ \Q$heading\E\n(.*?)(?=^#|\z)/ms
        or die "no section $heading";
    my ($head, $line, @lines) = grep { /^\|/ } split /\n/, $section;
    my @names = cells($head);
    return map { my %row; @row{@names} = cells($_); \%row } @lines;
}

sub cells {
    my ($line) = @_;
    $line =~ s/^\|\s*|\s*\|$//g;
    return split /\s*\|\s*/, $line, -1;
}

# What stands in backticks.
sub words {
    my ($cell) = @_;
    return $cell =~ /`([^`]+)`/g;
}

my %id = (
    data     => "SELECT id FROM data_tasks WHERE status = 'FAILED' LIMIT 1",
    log      => "SELECT id FROM log_backups WHERE status = 'IN_PROGRESS' LIMIT 1",
    cleanup  => 'SELECT id FROM cleanup_tasks LIMIT 1',
    second   => 'SELECT id FROM second_backups LIMIT 1',
    clusters => 'SELECT id FROM clusters LIMIT 1',
    commands => 'SELECT id FROM commands LIMIT 1',
);

sub with_id {
    my ($path) = @_;
    $path =~ s{/YYYY-MM-DD\b}{'/' . report_day()}e;
    my ($first) = split m{/}, $path;
    $path =~ s{/ID\b}{'/' . $id{$first}}e;
    return $path;
}

# A day with reports; that of all clusters is written after those of groups.
my $report_day;
sub report_day {
    $t->wait_until(sub {
        $report_day //= $t->value('SELECT MAX(day) FROM reports'
            . " WHERE group_name = ''");
    });
    return $report_day;
}

# A form's fields as the page would send them.
sub form_fields {
    my ($path) = @_;
    my $page = $t->get("/backup/$path", user => 'operator');
    my ($form) = $page->{body} =~ m{(<form\b[^>]*method="post".*?</form>)}si;
    my %fields;
    while (($form // '') =~ /<input\b([^>]*)>/g) {
        my $attributes = $1;
        my ($name) = $attributes =~ /\bname="([^"]*)"/ or next;
        ($fields{$name}) = $attributes =~ /\bvalue="([^"]*)"/;
    }
    return \%fields;
}

sub make_command {
    my $id = $t->value("SELECT id FROM log_backups WHERE status = 'STOPPED'"
        . ' LIMIT 1');
    my $path = "log/$id/start";
    my $answer = $t->post("/backup/$path", form_fields($path),
        user => 'operator');
    is($answer->{status}, 303, 'a command');
    like($answer->{headers}{location}, qr{^/backup/commands/\d+$}, 'its place');
    return;
}

make_command();
$_ = $t->value($_) for values %id;

# --- paths -------------------------------------------------------------------

my @paths = table('Paths');
my %view_path;
my %all_roles;

sub expect_status {
    my ($path, $role, $allowed) = @_;
    my $answer = $t->get("/backup/$path", user => $role);
    my $wanted = !$allowed ? 403 : $path eq '' ? 302 : 200;
    is($answer->{status}, $wanted, "$path as $role");
    return $answer;
}

# Lists have it, and nothing else.
sub check_list_formats {
    my ($path, $role, $view) = @_;
    for my $format ([ csv => qr{^text/csv;} ],
        [ atom => qr{^application/atom\+xml; charset=utf-8$} ])
    {
        my ($suffix, $type) = @$format;
        my $has = $has{$suffix}{$view};
        my $answer = $t->get("/backup/$path.$suffix", user => $role);
        is($answer->{status}, $has ? 200 : 404, "$path.$suffix as $role");
        like($answer->{headers}{'content-type'}, $has ? $type
            : qr{^application/xml;}, "$path.$suffix: type");
    }
    return;
}

sub check_path {
    my ($path, $row) = @_;
    my @allowed = split / /, $row->{roles};
    $all_roles{$_} = 1 for @allowed;
    is($t->get("/backup/$path")->{status}, 401, "$path: nobody");
    for my $role (@roles) {
        expect_status($path, $role, scalar grep { $_ eq $role } @allowed);
    }
    return if $path eq '';
    my $feed = $row->{view} =~ /^report/ || grep { $_ eq 'viewer' } @allowed;
    for my $role (@roles) {
        my $may = grep { $_ eq $role } @allowed, $feed ? 'feed' : ();
        my $answer = expect_status("$path.xml", $role, $may);
        next if !$may;
        my $root = $t->xml($answer);
        is($root->find('query')->attr('view'), $row->{view},
            "$path.xml: its view");
        like($answer->{headers}{'content-type'},
            qr{^application/xml; ?charset=utf-8$}i, "$path.xml: type");
        check_list_formats($path, $role, $row->{view});
    }
    return;
}

sub check_schema {
    my ($path, $row) = @_;
    is($t->get("/backup/$path")->{status}, 401, "$path: nobody");
    is_deeply([ sort split / /, $row->{roles} ], [ sort @roles ],
        "$path: for every role");
    for my $role (@roles) {
        my $answer = expect_status($path, $role, 1);
        is($answer->{headers}{'content-type'}, 'application/xml',
            "$path: type");
        ok($answer->{body} eq $t->read_file($t->root . "/schema/feed/$path"),
            "$path: the schema");
    }
    is($t->get("/backup/$path?size=1", user => 'feed')->{status}, 400,
        "$path takes no parameter");
    is($t->get("/backup/$path.xml", user => 'feed')->{status}, 404,
        "$path has no other form");
    return;
}

sub check_metrics {
    my ($path, $row) = @_;
    is($t->get("/backup/$path")->{status}, 401, "$path: nobody");
    is_deeply([ sort split / /, $row->{roles} ], [ sort @roles ],
        "$path: for every role");
    for my $role (@roles) {
        like(expect_status($path, $role, 1)->{headers}{'content-type'},
            qr{^text/plain; version=0\.0\.4;}, "$path: type");
    }
    is($t->get("/backup/$path?tz=UTC", user => 'feed')->{status}, 400,
        "$path takes no parameter");
    is($t->get("/backup/$path.$_", user => 'feed')->{status}, 404,
        "$path has no $_") for qw(xml csv text);
    return;
}

for my $row (@paths) {
    for my $path (map { with_id($_) } words($row->{path})) {
        $path =~ s{^/}{};
        if ($row->{since} eq 'later') {
            is($t->get("/backup/$path", user => 'operator')->{status}, 404,
                "$path comes later");
        } elsif ($path eq 'static/...') {
            my ($file) = glob $t->root . '/xslt/static/*.css';
            $file =~ s{.*/}{};
            is($t->get("/backup/static/$file")->{status}, 200, 'static');
        } elsif ($row->{view} eq 'schema') {
            check_schema($path, $row);
        } elsif ($path eq 'metrics') {
            check_metrics($path, $row);
        } elsif ($path eq 'health') {
            is($t->get("/backup/$path")->{body}, "ok\n", 'health');
            is($t->get("/backup/$path?probe=live")->{body}, "ok\n",
                'liveness');
            is($t->get("/backup/$path.xml")->{status}, 401,
                'its detail is not for strangers');
        } else {
            check_path($path, $row);
            $view_path{ $row->{view} } = $path;
        }
    }
}

for my $row (table('6. Who may do what')) {
    my ($role) = words($row->{role});
    ok($role eq 'feed' || $all_roles{$role}, "the role $role is in the paths");
}

# --- parameters --------------------------------------------------------------

my %value = (
    range => 'range=7d', from => 'range=custom&from=2026-01-01&to=2026-01-02',
    to => 'range=custom&to=2026-01-02T00:00:00Z&from=2026-01-01T00:00',
    tz => 'tz=Asia/Shanghai', cluster => 'cluster=x', tenant => 'tenant=x',
    'cluster-id' => 'cluster-id=7', 'tenant-name' => 'tenant-name=x',
    group => 'group=Payments', 'backup-set' => 'backup-set=3', mode => 'mode=FULL',
    method => 'method=LOGICAL', kind => 'kind=LOG', settled => 'settled=no', action => 'action=stop',
    user => 'user=x', 'updated-after' => 'updated-after=2026-01-01T00:00:00Z',
    size => 'size=5', lang => 'lang=zh', layout => 'layout=frame',
);

sub parameter_of {
    my ($answer) = @_;
    return $answer->{body} =~ m{<parameter>([^<]*)</parameter>} ? $1 : '';
}

sub answer_to {
    my ($view, $format, $query) = @_;
    my $suffix = $format eq 'html' ? '' : ".$format";
    return $t->get("/backup/$view_path{$view}$suffix?$query",
        user => 'operator');
}

my %views_of;

# Where the parameter is taken its whole example; elsewhere it alone.
sub example_of {
    my ($name, $taken) = @_;
    return $taken ? '' : 'status=FAILED' if $name eq 'status';
    my $query = $value{$name};
    return $query if $taken || !defined $query;
    return $query =~ /((?<![\w-])\Q$name\E=[^&]*)/ ? $1 : undef;
}

sub check_parameter {
    my ($name, $row, $view, $format) = @_;
    return if $view eq 'root' || ($has{$format} && !$has{$format}{$view});
    my %listed = map { $_ => 1 } split / /, $views_of{$name};
    my $taken = ($listed{but} ? !$listed{$view}
        : $listed{all} || $listed{$view})
        && $row->{formats} =~ /\b$format\b/
        && $row->{values} !~ /not for `$view\.$format`/;
    my $query = example_of($name, $taken);
    return if !defined $query;
    my $answer = answer_to($view, $format, $query);
    is($answer->{status}, $taken ? 200 : 400, "$view.$format?$query");
    is(parameter_of($answer), $name, "$view.$format: names $name")
        if !$taken && $format ne 'html';
    return;
}

for my $row (table('Parameters')) {
    for my $name (words($row->{parameter})) {
        my ($same) = words($row->{views});
        $views_of{$name} = $same ? $views_of{$same} : $row->{views};
        for my $view (sort keys %view_path) {
            check_parameter($name, $row, $view, $_)
                for qw(html xml csv atom);
        }
        next if $name !~ /^(?:range|mode|method|kind|lang|layout)$/;
        my ($view) = $views_of{$name} eq 'all' ? 'data'
            : split / /, $views_of{$name};
        for my $code (grep { $_ ne 'custom' } words($row->{values})) {
            is(answer_to($view, 'html', "$name=$code")->{status}, 200,
                "$name=$code");
            is(answer_to($view, 'html', $name . '=' . $code . 'x')->{status},
                400, "$name=${code}x");
        }
    }
}

my $first = $t->xml(answer_to('data', 'xml', 'range=30d&size=2'));
my $second = $t->get($first->link('next'), user => 'operator');
is($second->{status}, 200, 'after');
is($t->get($t->xml($second)->link('prev'), user => 'operator')->{status}, 200,
    'before');

# Defaults.
is($t->xml(answer_to('data', 'xml', ''))->find('query')->attr('size'), 'all',
    'size: all for .xml');
for my $view (qw(data cleanup second commands audit log clusters)) {
    is($t->xml(answer_to($view, 'xml', ''))->find('query')->attr('range'),
        $view =~ /^(?:log|clusters)$/ ? undef : '24h', "$view: default range");
}

# --- status codes ------------------------------------------------------------

my %codes;
for my $row (table('Status codes of the records')) {
    $codes{ $row->{view} } = { map { $_ => 1 } words($row->{codes}) };
}
my %any = map { %$_ } values %codes;
for my $view (sort keys %codes) {
    my $all = join '&', map { "status=$_" } sort keys %{ $codes{$view} };
    is(answer_to($view, 'xml', $all)->{status}, 200, "$view: all codes");
    for my $code (sort keys %any) {
        my $answer = answer_to($view, 'xml', "status=$code");
        is($answer->{status}, $codes{$view}{$code} ? 200 : 400,
            "$view: status=$code");
    }
    my $summary = $t->xml(answer_to($view, 'xml', 'size=1'))->find('summary');
    is_deeply([ sort map { $_->attr('status') } $summary->find('count') ],
        [ sort keys %{ $codes{$view} } ], "$view: summary has every code");
}

# --- answers -----------------------------------------------------------------

my $stop = "log/$id{log}/stop";
my $fields = form_fields($stop);

sub post_stop {
    my (%changes) = @_;
    return $t->post("/backup/$stop", { %$fields, %changes },
        user => 'operator');
}

my %example = (
    '200 ' => sub { $t->get('/backup/data', user => 'viewer') },
    '302 ' => sub { $t->get('/backup/', user => 'viewer') },
    '400 BAD_PARAMETER' => sub {
        $t->get('/backup/data.xml?size=0', user => 'feed') },
    '400 BAD_REQUEST' => sub {
        $t->post("/backup/$stop", 'csrf', user => 'operator',
            headers => { 'Content-Type' => 'text/plain' }) },
    '401 UNAUTHORIZED' => sub { $t->get('/backup/data.xml?size=0') },
    '403 FORBIDDEN' => sub { $t->get('/backup/audit.xml', user => 'viewer') },
    '404 NOT_FOUND' => sub {
        $t->get('/backup/data/999999999.xml', user => 'viewer') },
    '405 METHOD_NOT_ALLOWED' => sub {
        $t->post('/backup/data.xml', {}, user => 'operator') },
    '406 NOT_ACCEPTABLE' => sub { $t->get('/backup/data', user => 'viewer',
        headers => { Accept => 'application/json' }) },
    '409 CONFLICT' => sub {
        post_stop('idempotency-key' => 'f' x 32) },
    '413 TOO_LARGE' => sub { post_stop(csrf => 'x' x 20_000) },
    '303 ' => sub { post_stop() },
    '503 UNAVAILABLE' => sub { $t->stop_worker;
        $t->get('/backup/data.xml', user => 'feed') },
);
# Not there yet, or not to be had on demand.
my %later = map { $_ => 1 } '410 GONE', '500 INTERNAL', '429 TOO_MANY_REQUESTS';

sub check_answer {
    my ($status, $code) = @_;
    my $answer = $example{"$status $code"}->();
    is($answer->{status}, $status, "answer $status $code")
        or diag($answer->{body});
    return $answer if $code eq '';
    if ($answer->{headers}{'content-type'} =~ m{^application/xml}) {
        my $root = $t->xml($answer);
        is($root->{name}, 'error', "$status is an error document");
        is($root->text('code'), $code, "$status: code");
        is($root->text('status'), $status, "$status: status");
    } else {
        like($answer->{headers}{'content-type'}, qr{^text/html},
            "$status is a page");
    }
    like($answer->{headers}{'cache-control'} // '', qr/no-store/,
        "$status is not kept") if $status >= 400;
    return $answer;
}

# 503 last: it stops the worker.
for my $row (sort { $a->{status} <=> $b->{status} } table('Answers')) {
    my $code = join '', words($row->{code});
    next if $later{"$row->{status} $code"};
    ok($example{"$row->{status} $code"}, "an example of $row->{status} $code")
        or next;
    my $answer = check_answer($row->{status}, $code);
    like($answer->{headers}{allow} // '', qr/GET/, 'Allow')
        if $row->{status} == 405;
    like($answer->{headers}{'www-authenticate'} // '', qr/Basic/,
        'WWW-Authenticate') if $row->{status} == 401;
    like($answer->{headers}{'retry-after'} // '', qr/^\d+$/, 'Retry-After')
        if $row->{status} == 503;
}

# The codes of docs/documents.md are those of this table.
my ($list) = $t->read_file($t->root . '/docs/documents.md')
    =~ /^Codes: (.*?)\.$/m;
my %told = map { /(\w+) (\d+)/ ? ("$2 $1" => 1) : () } split /, /, $list;
my %here = map { ("$_->{status} " . join('', words($_->{code})) => 1) }
    grep { $_->{code} ne '' } table('Answers');
is_deeply([ sort keys %told ], [ sort keys %here ], 'codes of errors');

$t->expect_log(qr/connect\(\) to unix/);
$t->done;
