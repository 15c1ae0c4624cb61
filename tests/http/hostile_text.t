#!/usr/bin/perl
# hostile_text.t: names, causes and directories of any characters come out right in XML, HTML, links and filters.

use strict;
use warnings;
use utf8;

use Encode ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(form_encode);
use BackupTasks::Records;
use Test::More;

binmode $_, ':encoding(UTF-8)'
    for map { Test::More->builder->$_ } qw(output failure_output todo_output);

my $t = BackupTasks->new->start;
my $records = BackupTasks::Records->new($t);

my %hostile = (
    markup       => q{<b>&"'%/</b>},
    attribute    => q{" onmouseover="alert(1)" x='},
    cdata        => q{]]><!-- --><?php ?>},
    entity       => q{&amp;&#x41;&nosuch;},
    percent      => q{100%_%41%zz+a b},
    path         => q{../../etc/passwd?a=1&b=2#c;d},
    backslash    => q{a\\b\\%|_\\'},
    sql          => q{`'; DROP TABLE clusters; -- },
    script       => q{javascript:alert(1)},
    xpath        => q{concat('"',"'")},
    template     => q({{7*7}}${7*7}<%= 7 %>),
    space        => q{two  blanks},
    tab_lines    => "tab\there\nline\r\nreturn\rend",
    control      => "bell\x07 escape\x1b[31m del\x7f c1\x{85}",
    forbidden    => "\x01\x{fffe}\x{ffff}",
    four_bytes   => "\x{1f4be}\x{20bb7}\x{10fffd}",
    chinese      => "支付核心",
    combining    => "e\x{301}\x{202e}abc\x{200d}",
    long         => "長" x 128,
);

# What XML 1.0 forbids is shown as U+FFFD.
sub repaired {
    my ($text) = @_;
    $text =~ s/[^\t\n\r\x20-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/\x{fffd}/g;
    return $text;
}

sub unescape {
    my ($html) = @_;
    my %entity = (lt => '<', gt => '>', amp => '&', quot => '"', apos => "'",
        nbsp => "\xa0");
    $html =~ s/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/defined $1 ? chr hex $1
        : defined $2 ? chr $2 : $entity{$3} \/\/ "?$3?"/ge;
    return $html;
}

# The text of a page, and the values of its attributes.
sub read_page {
    my ($body) = @_;
    my $html = Encode::decode('UTF-8', $body, Encode::FB_CROAK);
    my (@attributes, %names);
    $html =~ s{<(/?[a-zA-Z!](?:[^>"']|"[^"]*"|'[^']*')*)>}{
        my $tag = $1;
        while ($tag =~ /\s([a-zA-Z-]+)=(?:"([^"]*)"|'([^']*)')/g) {
            $names{ lc $1 } = 1;
            push @attributes, [ $1, unescape($2 // $3) ];
        }
        ' ';
    }ge;
    return (unescape($html), \@attributes, \%names);
}

sub contains {
    my ($text, $part, $what) = @_;
    return ok(index($text, $part) >= 0, $what);
}

sub href {
    my ($path, @pairs) = @_;
    return "/backup/$path?" . form_encode(@pairs);
}

sub check_element {
    my ($node, $text, $what) = @_;
    is($node->text, repaired($text), $what);
    is($node->attr('replaced'), repaired($text) ne $text ? 'true' : undef,
        "$what: flagged if repaired");
    return;
}

# Every link of a document leads to a document.
sub check_links {
    my ($root, $what) = @_;
    my @links = grep { defined } (map { $_->attr('href') }
        $root->find('link'), $root->find('summary/count'),
        $root->find('summary/running-earlier'));
    for my $link (@links) {
        my $answer = $t->get($link, user => 'viewer');
        is($answer->{status}, 200, "$what: link") or diag($link);
    }
    return;
}

sub check_list {
    my ($case, $text, $id, $cause, $directory) = @_;
    my $list = $t->get(href('data.xml', cluster => $text, size => 5),
        user => 'feed');
    is($list->{status}, 200, "$case: found by part of its name")
        or return diag($list->{body});
    is($t->xmllint($list->{body}), '', "$case: well-formed");
    my $root = $t->xml($list);
    my ($task) = $root->find('tasks/task');
    is($task && $task->text('id'), $id, "$case: the task") or return;
    is(scalar(my @all = $root->find('tasks/task')), 1, "$case: no other");
    check_element($task->find('cluster'), $text, "$case: cluster");
    check_element($task->find('tenant'), $text, "$case: tenant");
    check_element($task->find('storage-directory'), $directory,
        "$case: directory");
    check_element($task->find('cause/text'), $cause, "$case: cause");
    check_element($root->find('query/cluster'), $text, "$case: query");
    check_links($root, $case);
    return;
}

sub check_filters {
    my ($case, $text, $id) = @_;
    for my $filter ([ 'tenant-name' => $text ], [ tenant => $text ],
            [ group => $text ],
            [ tenant => length $text > 2 ? substr $text, 1 : $text ]) {
        my $answer = $t->get(href('data.xml', @$filter), user => 'feed');
        is($answer->{status}, 200, "$case: $filter->[0]") or next;
        my @ids = map { $_->text('id') }
            $t->xml($answer)->find('tasks/task');
        is_deeply([ grep { $_ == $id } @ids ], [$id],
            "$case: found by $filter->[0]");
    }
    return;
}

sub check_pages {
    my ($case, $text, $id, $cause) = @_;
    for my $path (href('data', cluster => $text), "/backup/data/$id",
            "/backup/data/$id/cause") {
        my $page = $t->get($path, user => 'viewer');
        is($page->{status}, 200, "$case: $path") or next;
        my ($seen, $attributes, $names) = read_page($page->{body});
        contains($seen, repaired($text), "$case: name on the page");
        contains($seen, repaired($cause), "$case: cause on the page")
            if $path =~ /cause/;
        ok(!grep({ /^on|^style$/ } keys %$names), "$case: no foreign attribute");
        ok(!grep({ $_->[0] =~ /^(?:href|src|action)$/
            && $_->[1] !~ m{^(?:/backup/|#|\?|[a-z0-9./-]*$)} } @$attributes),
            "$case: no foreign address");
        my ($field) = grep { $_->[0] eq 'value' && $_->[1] eq repaired($text) }
            @$attributes;
        ok($field, "$case: kept in the form") if $path =~ /\?/;
    }
    return;
}

for my $case (sort keys %hostile) {
    my $text = $hostile{$case};
    my $cluster = $records->add_cluster(name => $text, groups => [$text]);
    my $tenant = $records->add_tenant(cluster_id => $cluster, name => $text);
    my $cause = substr "$text " x 500, 0, 1000;
    my $directory = "oss://bucket/$text";
    my $id = $records->add('data', cluster_id => $cluster,
        tenant_id => $tenant, mode => 'FULL', method => 'PHYSICAL',
        start_time => $t->value('SELECT UTC_TIMESTAMP(6) - INTERVAL 1 HOUR'),
        status => 'FAILED', storage_directory => $directory,
        cause => { code => '-9999', text => $cause });
    check_list($case, $text, $id, $cause, $directory);
    check_filters($case, $text, $id);
    check_pages($case, $text, $id, $cause);
}

# Names compare exactly as keys, and without case when searched.
my $upper = $records->add_cluster(name => 'CASE');
my $lower = $records->add_cluster(name => 'case');
my %of;
for my $cluster ($upper, $lower) {
    my $name = $cluster == $upper ? 'ACCT' : 'acct';
    my $tenant = $records->add_tenant(cluster_id => $cluster, name => $name);
    $of{$name} = $records->add('data', cluster_id => $cluster,
        tenant_id => $tenant, status => 'COMPLETED', mode => 'FULL',
        start_time => $t->value('SELECT UTC_TIMESTAMP(6) - INTERVAL 1 HOUR'));
}
for my $name (qw(ACCT acct)) {
    my $root = $t->xml($t->get(href('data.xml', 'tenant-name' => $name),
        user => 'feed'));
    is_deeply([ map { $_->text('id') } $root->find('tasks/task') ],
        [ $of{$name} ], "tenant-name=$name is exact");
}
my $both = $t->xml($t->get(href('data.xml', cluster => 'CaSe', tenant => 'AcC'),
    user => 'feed'));
is_deeply([ sort { $a <=> $b } map { $_->text('id') } $both->find('tasks/task') ],
    [ sort { $a <=> $b } values %of ], 'searched without case');

my ($status, $text) = $t->ctl('check');
is($status, 0, 'the counts are right') or diag($text);

$t->done;
