#!/usr/bin/perl
# module_language.t: the language and the layout of a page.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use Test::More;

my $t = BackupTasks::Module->new;

sub shown {
    my ($path, $accepted) = @_;
    return $t->sheet_params($t->get("/backup/$path", user => 'olga',
        headers => [ defined $accepted ? ('Accept-Language', $accepted)
            : () ]));
}

my @accepted = (
    [ undef,                          'en' ],
    [ '',                             'en' ],
    [ 'en',                           'en' ],
    [ 'zh',                           'zh' ],
    [ 'ZH-cn',                        'zh' ],
    [ 'zh-Hans-CN',                   'zh' ],
    [ 'zh-TW,en;q=0.9',               'zh' ],
    [ 'zh-CN,zh;q=0.9,en;q=0.8',      'zh' ],
    [ 'en-US,en;q=0.9,zh;q=0.8',      'en' ],
    [ 'en;q=0.7, zh;q=0.8',           'zh' ],
    [ 'en;q=0.799, zh;q=0.8',         'zh' ],
    [ 'en ; q=0.9 , zh ; q=1.0',      'zh' ],
    [ 'de, zh;q=0.5',                 'zh' ],
    [ 'de, fr',                       'en' ],
    [ 'zh;q=0',                       'en' ],
    [ 'zh;q=0.000, en;q=0.001',       'en' ],
    [ '*',                            'en' ],
    [ '*, zh;q=0.5',                  'en' ],
    [ 'zh, *;q=0.1',                  'zh' ],
    [ 'zha',                          'en' ],
    [ 'zhongwen',                     'en' ],
    [ 'zh;q=',                        'zh' ],
    [ ',,,;;q=q=,zh-',                'zh' ],
    [ 'en;q=0.99999999999999999999999999, zh', 'zh' ],
    [ 'x' x 4000 . ',zh',             'zh' ],
);
for my $case (@accepted) {
    my ($accepted, $want) = @$case;
    is(shown('data', $accepted)->{lang}, $want,
        substr $accepted // 'no header', 0, 40);
}

is(shown('data?lang=zh', 'en')->{lang}, 'zh', 'the parameter wins');
is(shown('data?lang=en', 'zh')->{lang}, 'en', 'both ways');
is(shown('data?lang=', 'zh')->{lang}, 'zh', 'an empty one is none');
is(shown('data?%6cang=%7ah', 'en')->{lang}, 'zh', 'encoded');

is(shown('data')->{layout}, 'full', 'layout');
is(shown("data?layout=$_")->{layout}, $_, "layout $_")
    for qw(full frame fragment);

# An error page looks like the page it stands for.
my $page = shown('data?lang=zh&layout=frame&size=x');
is("$page->{lang} $page->{layout}", 'zh frame', 'of a refused request');
$page = shown('nothing?lang=zh&layout=frame');
is("$page->{lang} $page->{layout}", 'zh frame', 'of a wrong address');
$page = $t->sheet_params($t->get('/backup/data?lang=zh&layout=frame'));
is("$page->{lang} $page->{layout}", 'zh frame', 'of a stranger');
my $document = $t->get('/backup/nothing.xml?lang=zh&layout=frame&tz=UTC',
    user => 'olga')->{body};
like($document, qr{<query tz="UTC"><lang>zh</lang><layout>frame</layout></},
    'its links go on in the same way');
$document = $t->get('/backup/data.xml?tz=%2B08:00&size=0', user => 'olga');
like($document->{body}, qr{<query view="data" tz="\+08:00"><tz>\+08:00</tz></},
    'in the same zone');
$page = shown(q{data?lang='"<zh&layout=x'});
is("$page->{lang} $page->{layout}", 'en full', 'bad values are not shown');

$t->done;
