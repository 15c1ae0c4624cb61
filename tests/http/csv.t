#!/usr/bin/perl
# csv.t: the lists as CSV: the same rows and values as in XML, and nothing that a spreadsheet would calculate.

use strict;
use warnings;

use Encode ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use Test::More;

my $t = BackupTasks->new(sample => 300)->start;

# RFC 4180, strictly: a list of lines, each a list of cells.
sub csv_parse {
    my ($bytes) = @_;
    my $text = Encode::decode('UTF-8', $bytes, Encode::FB_CROAK);
    $text =~ s/^\x{feff}// or die "no byte order mark\n";
    my @lines = ([]);
    while (1) {
        if ($text =~ /\G"((?:[^"]|"")*)"/gc) {
            my $cell = $1;
            $cell =~ s/""/"/g;
            push @{ $lines[-1] }, $cell;
        } else {
            $text =~ /\G([^",\r\n]*)/gc;
            push @{ $lines[-1] }, $1;
        }
        next if $text =~ /\G,/gc;
        $text =~ /\G\r\n/gc or die 'broken at ' . pos($text) . ': '
            . substr($text, pos $text, 30) . "\n";
        last if pos $text == length $text;
        push @lines, [];
    }
    return @lines;
}

# What a spreadsheet gets, of what an element says.
sub shown {
    my ($text) = @_;
    return '' if !defined $text;
    return "'$text" if $text =~ /^(?:[=\@\t\r\n]|[\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}])/
        || ($text =~ /^[+-]/ && $text !~ /^[+-]\d+(?:\.\d*)?\z/);
    return $text;
}

# The cell of a column, from the row's element.
sub expected {
    my ($row, $column) = @_;
    my ($node) = $row->find($column);
    if ($column eq 'actions') {
        return '' if !$node;
        return join ' ', map { $_->{name} } @{ $node->{kids} };
    }
    if ($row->{name} eq 'cluster') {
        return $node ? 'true' : '' if $column eq 'simulated';
        return join '; ', map { $_->text } $row->find('groups/group')
            if $column eq 'groups';
        return join ' ', map { $_->attr('kind') } $row->find('risk')
            if $column eq 'risks';
        return scalar(my @all = $row->find('tenants/tenant'))
            if $column eq 'tenants';
    }
    return $node->text if $node;
    # "cluster-id" is an attribute of cluster, "cause-code" a child of cause.
    my @parts = split /-/, $column;
    for my $cut (1 .. $#parts) {
        my ($outer, $inner) = (join('-', @parts[ 0 .. $cut - 1 ]),
            join('-', @parts[ $cut .. $#parts ]));
        my ($parent) = $row->find($outer) or next;
        return $parent->attr($inner) // expected($parent, $inner);
    }
    return undef;
}

my %row = (data => 'tasks/task', log => 'backups/log-backup',
    cleanup => 'tasks/cleanup-task', second => 'backups/second-backup',
    clusters => 'items/cluster', commands => 'items/command',
    audit => 'items/audit-event');

sub compare {
    my ($view, $query, $path) = @_;
    $path //= $view;
    my ($xml, $csv) = map { $t->get("/backup/$path.$_?$query",
        user => 'operator') } qw(xml csv);
    is($csv->{status}, 200, "$path.csv?$query") or return;
    ok($csv->{complete}, 'comes whole');
    my ($names, @lines) = csv_parse($csv->{body});
    my @rows = $t->xml($xml)->find($row{$view});
    is(scalar @lines, scalar @rows, 'as many lines as rows: ' . @lines);
    my @wrong;
    for my $i (0 .. $#rows) {
        push @wrong, 'line ' . $i . ': ' . @{ $lines[$i] } . ' cells'
            if @{ $lines[$i] } != @$names;
        for my $k (0 .. $#$names) {
            my $wanted = shown(expected($rows[$i], $names->[$k]));
            push @wrong, "$names->[$k]: '$lines[$i][$k]' not '$wanted'"
                if $lines[$i][$k] ne $wanted;
        }
    }
    splice @wrong, 5 if @wrong > 5;
    is(join("\n", @wrong), '', 'with the same values');
    # And nothing of a row is missing, but for what is a list of its own.
    my %column = map { $_ => 1 } @$names;
    my %told = map { $_ => 1 } map { my $node = $_; map { $_->{name} }
        @{ $node->{kids} } } @rows;
    delete @told{qw(rounds risk)};
    is(join(' ', grep { my $n = $_; !grep { /^\Q$n\E(?:-|\z)/ } @$names }
        sort keys %told), '', 'every element has its column');
    return $csv;
}

# --- what spreadsheets trip over ---------------------------------------------

my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => '=HYPERLINK("http://x","y")',
    groups => [ '@all', 'a; b' ]);
my $tenant = $records->add_tenant(cluster_id => $cluster, name => '+1+1');
my $at = $t->value('SELECT DATE_FORMAT(UTC_TIMESTAMP(6) - INTERVAL 1 HOUR,'
    . " '%Y-%m-%d %H:%i:%s.%f')");
my @texts = ('=1+2', '+cmd', '-1+1', '-9040', '+7', '-1.50', '--1', '-', '@SUM(A1)',
    "\t=1", "\r=1", "\n=1", "\x{ff1d}1+1", 'a,b', 'a;b', 'say "x"', '"', "a\r\nb",
    "a\x01b", "\x{1f48a}", ' x ', "'x", "\x{5907}\x{4efd}", '', '#REF!', '1e5', '-0x1F');
for my $text (@texts) {
    $records->add(data => cluster_id => $cluster, tenant_id => $tenant,
        start_time => $at, status => 'FAILED', source => $text,
        storage_directory => $text,
        cause => { code => $text, text => $text, stage => 'x' });
}

for my $path (map { "log/$_/stop" } map { $_->[0] } $t->sql('SELECT id FROM'
        . " log_backups WHERE status = 'IN_PROGRESS' LIMIT 3")) {
    my $form = $t->get("/backup/$path", user => 'operator');
    my ($csrf) = $form->{body} =~ /name="csrf"[^>]*value="([^"]+)"/;
    $t->post("/backup/$path", { csrf => $csrf, 'expected-state' =>
        'IN_PROGRESS', 'idempotency-key' => $path =~ /(\d+)/ ? "x$1" : '' },
        user => 'operator');
}
$t->sql('INSERT IGNORE INTO acknowledgements SELECT id, \'li, wei\','
    . " UTC_TIMESTAMP(6), '=1' FROM record_keys WHERE id % 5 = 0");

# --- the same as in XML ------------------------------------------------------

for my $view (sort keys %row) {
    my $range = $view eq 'clusters' ? '' : 'range=30d&';
    compare($view, $range . 'size=all');
    compare($view, $range . 'size=7&tz=Asia/Shanghai');
    compare($view, $range . 'cluster=nothing');
}
my $copied = $t->value("SELECT task_id FROM second_backups WHERE kind = 'DATA'"
    . ' LIMIT 1');
compare('second', '', "data/$copied/second");
compare('data', 'range=24h&status=FAILED&cluster=hyperlink');
my $hostile = $t->get("/backup/data.csv?range=24h&cluster-id=$cluster",
    user => 'feed');
my (undef, @hostile) = csv_parse($hostile->{body});
is(scalar @hostile, scalar @texts, 'every hostile text has its line');
is(join(' ', grep { /^[=\@\t\r]/ || /^[+-](?!\d+(\.\d+)?\z)/ }
    map { @$_ } @hostile), '', 'and none is a formula');

# --- headers -----------------------------------------------------------------

my $answer = $t->get('/backup/data.csv?range=7d&size=5', user => 'feed');
is($answer->{headers}{'content-type'},
    'text/csv; charset=utf-8; header=present', 'type');
like($answer->{headers}{'content-disposition'}, qr/^attachment;[ ]filename="data
    -\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv"$/x, 'a file name');
like($answer->{headers}{link}, qr{^</backup/data\.csv\?[^>]*>; rel="next"},
    'Link: next');
my ($next) = $answer->{headers}{link} =~ /^<([^>]*)>/;
my $second = $t->get($next, user => 'feed');
is($second->{status}, 200, 'the next page');
like($second->{headers}{link}, qr/rel="first".*rel="prev".*rel="next"/,
    'Link: first, prev, next');
my @pages = map { my (undef, @lines) = csv_parse($_->{body});
    map { $_->[0] } @lines } $answer, $second;
my (undef, @both) = csv_parse($t->get('/backup/data.csv?range=7d&size=10',
    user => 'feed')->{body});
is("@pages", join(' ', map { $_->[0] } @both), 'the pages are one list');
# Pages that are longer than what is kept whole before it is sent.
my $long = $records->add_cluster(name => 'long');
$records->add_many(1900, cluster_id => $long, tenant_id =>
    $records->add_tenant(cluster_id => $long, name => 'acct'));

sub ids_of {
    my ($answer) = @_;
    my (undef, @lines) = csv_parse($answer->{body});
    return map { $_->[0] } @lines;
}

sub link_of {
    my ($answer, $rel) = @_;
    return ($answer->{headers}{link} // '') =~ /<([^>]*)>; rel="$rel"/ ? $1
        : undef;
}

my @whole = ids_of($t->get("/backup/data.csv?range=7d&cluster-id=$long",
    user => 'feed'));
is(scalar @whole, 1900, 'a long list');
my (@long, @sizes, $path);
for ($path = "/backup/data.csv?range=7d&cluster-id=$long&size=600"; $path;) {
    my $page = $t->get($path, user => 'feed');
    push @long, $page;
    push @sizes, scalar(my @ids = ids_of($page));
    $path = link_of($page, 'next');
    last if @long > 5;
}
is("@sizes", '600 600 600 100', 'its pages, by Link: next');
is(join(' ', map { ids_of($_) } @long), "@whole", 'are the list');
my $back = $t->get(link_of($long[2], 'prev'), user => 'feed');
is(join(' ', ids_of($back)), join(' ', ids_of($long[1])), 'prev of a long one');
is(join(' ', ids_of($t->get(link_of($back, 'next'), user => 'feed'))),
    join(' ', ids_of($long[2])), 'and next of that');
is(link_of($t->get("/backup/data.csv?range=7d&cluster-id=$long&size=1900",
    user => 'feed'), 'next'), undef, 'none where the page is the list');
is(link_of($long[1], 'first'), "/backup/data.csv?range=7d&cluster-id=$long"
    . '&size=600', 'first');

my $id = qr/request-id="([0-9a-f]{32})"/;
for my $path ('data.xml', 'data.csv', 'data', 'nothing.xml', 'feed.xsd') {
    my $answer = $t->get("/backup/$path", user => 'viewer');
    my $told = $answer->{headers}{'x-request-id'} // '';
    like($told, qr/^[0-9a-f]{32}$/, "$path: X-Request-Id");
    is($1, $told, 'is that of the document') if $answer->{body} =~ $id;
}
my $delta = $t->get('/backup/data.csv?delta=x', user => 'feed');
is($delta->{status}, 400, 'no CSV of changes');
like($delta->{body}, qr/applies to \.xml addresses only/, 'and it says so');

my $packed = $t->get('/backup/data.csv?range=30d', user => 'feed',
    headers => { 'Accept-Encoding' => 'gzip' });
is($packed->{headers}{'content-encoding'}, 'gzip', 'compressed');
like($packed->{headers}{vary} // '', qr/Accept-Encoding/, 'Vary');
is($t->get('/backup/data.csv?range=7d', user => 'feed')->{headers}{link},
    undef, 'no Link where all is there');
is($t->head('/backup/data.csv', user => 'feed')->{status}, 200, 'HEAD');
is($t->get('/backup/data.csv', user => 'nobody', password => 'x')->{status},
    401, 'nobody');
is($t->get('/backup/audit.csv', user => 'viewer')->{status}, 403, 'a role');

my $page = $t->get('/backup/data?range=7d', user => 'viewer');
like($page->{body}, qr{<a href="/backup/data\.csv\?range=7d">CSV</a>},
    'the page leads there');

# Errors are documents; what is no list has no CSV.
for my $path ('data.csv?size=x', 'data/1.csv', 'health.csv', 'data.csv.xml',
        'data.csv?lang=en') {
    my $answer = $t->get("/backup/$path", user => 'feed');
    like($answer->{status}, qr/^40[04]$/, $path);
    like($answer->{headers}{'content-type'}, qr{^application/xml},
        'an error document');
    is($t->xml($answer)->{name}, 'error', 'whose root is error');
}

# --- a spreadsheet -----------------------------------------------------------

SKIP: {
    skip 'LibreOffice is not installed', 4 if !grep { -x "$_/soffice" }
        split /:/, $ENV{PATH};
    my $dir = $t->dir . '/sheet';
    mkdir $dir;
    $t->_write("$dir/data.csv", $hostile->{body});
    my ($status, $text) = $t->run_program('timeout', '120', 'soffice',
        "-env:UserInstallation=file://$dir/profile", '--headless',
        '--convert-to', 'fods', '--outdir', $dir,
        '--infilter=CSV:44,34,76,1', "$dir/data.csv");
    is($status, 0, 'LibreOffice opens it') or diag($text);
    my $sheet = $t->read_file("$dir/data.fods");
    unlike($sheet, qr/table:formula/, 'no formula');
    my ($names) = csv_parse($hostile->{body});
    my @rows = $sheet =~ m{<table:table-row\b[^>]*>(?:(?!</table:table-row>).)*<text:p>}gs;
    is(scalar @rows, @texts + 1, 'as many rows as lines');
    # Cells up to the last that has text, of the widest row.
    my $columns = 0;
    for my $row (@rows) {
        my $cells = 0;
        while ($row =~ m{<table:table-cell\b([^>]*?)(/?)>}g) {
            $cells += $1 =~ /columns-repeated="(\d+)"/ ? $1 : 1;
            $columns = $cells if !$2 && $cells > $columns;
        }
    }
    is($columns, scalar @$names, 'and as many columns as names');
}

$t->done;
