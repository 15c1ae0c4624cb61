#!/usr/bin/perl
# module_token.t: a portal's tokens: which are taken, and what they tell.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Module;
use BackupTasks::Token;
use MIME::Base64 qw(decode_base64url encode_base64url);
use Test::More;

my @algorithms = @BackupTasks::Token::ALGORITHMS;
my %usual = (
    token           => '$cookie_portal $http_authorization',
    token_algorithm => 'RS256 ES256',
    token_key_file  => '%%DIR%%/portal/two.jwks',
    token_issuer    => 'https://portal.example',
    token_audience  => 'backup-tasks reports',
    token_claim     => 'role roles',
    csrf_key_file   => '%%DIR%%/csrf.key',
);

# Directives: the usual ones, some in another way; a list is given in turn.
sub directives {
    my %value = (%usual, @_);
    return join '', map { my $name = $_; map { "backup_tasks_$name $_; " }
        ref $value{$name} ? @{ $value{$name} } : $value{$name} // () }
        sort keys %value;
}

sub place {
    my ($name, @changes) = @_;
    return BackupTasks::Module::location("/$name/", directives(@changes));
}

my $portal;
my $t = BackupTasks::Module->new(
    http => 'error_log %%DIR%%/log/error.log info; '
        . 'large_client_header_buffers 8 32k; '
        . 'backup_tasks_token_claim_set $dept department name; '
        . 'backup_tasks_token_claim_set $groups groups; '
        . 'map $dept $scope_of_dept { Payments group:pay; default ""; }'
        . 'map $backup_tasks_user $role_of_user { mia operator; }',
    auth => directives(), key => '',
    server => join('', map({ place($_, token_algorithm => $_,
            token_key_file => "%%DIR%%/portal/$_.key") } @algorithms),
        place('off', token => 'off', user => 'x', role => 'feed'),
        place('any', token_issuer => 'off', token_audience => 'off',
            token_leeway => '10s'),
        place('nested', token_claim => [ 'user person name',
            'role realm_access roles', 'role resource_access backup roles',
            'scope scopes', 'time_zone tz', 'language person lang' ]),
        place('mapped', role_map => [ 'backup-admins operator feed',
            '"Backup Readers" viewer', 'auditor auditor' ]),
        place('variables', token_claim => undef, role => '$role_of_user',
            scope => '"$scope_of_dept $groups"'),
        place('both', user => '$arg_user', role => 'viewer',
            token_claim => undef)),
    before => sub {
        my ($self) = @_;
        $portal = BackupTasks::Token->new($self->dir);
        $portal->key($_) for @algorithms;
        $portal->jwks('two.jwks', RS256 => 'r', ES256 => 'e');
    });

sub ask {
    my ($token, $path) = @_;
    return $t->get($path // '/backup/data.xml',
        headers => [ Authorization => "Bearer $token" ]);
}

sub told { return $t->params(ask(@_)) }

# Each algorithm, and each token where another algorithm is configured.
my %good = map { $_ => $portal->token($_, { roles => [ 'operator' ] }) }
    @algorithms;
for my $place (@algorithms) {
    my @taken = grep { ask($good{$_}, "/$place/data.xml")->{status} == 200 }
        @algorithms;
    is_deeply(\@taken, [ $place ], "$place takes its own tokens only");
}
my $params = told($good{RS256});
is("$params->{BT_USER} $params->{BT_ROLES} $params->{BT_SCOPE}",
    'olga operator *', 'user, roles and scope');
is(scalar(grep { /^HTTP_/ } keys %$params), 0, 'the worker sees no token');

# Where it stands.
my ($olga, $axel) = ($good{ES256}, $portal->token('ES256',
    { sub => 'axel', roles => 'auditor' }, { kid => 'e' }));
sub user_of {
    my ($path, @headers) = @_;
    my $answer = $t->get($path, headers => [ @headers ]);
    return $answer->{status} == 200 ? $t->params($answer)->{BT_USER}
        : $answer->{status};
}
my $data = '/backup/data.xml';
for my $case (
    [ 'olga', 'a cookie', Cookie => "a=b; portal=$olga; c=d" ],
    [ 'axel', 'a header', Authorization => "Bearer $axel" ],
    [ 'axel', 'in lower case', Authorization => "bearer  $axel" ],
    [ 'axel', 'without scheme', Authorization => $axel ],
    [ 'olga', 'the first counts', Cookie => "portal=$olga",
        Authorization => "Bearer $axel" ],
    [ 401, 'though it is bad', Cookie => 'portal=bad',
        Authorization => "Bearer $axel" ],
    [ 'axel', 'an empty one is none', Cookie => 'portal=',
        Authorization => "Bearer $axel" ],
    [ 'olga', 'a password is no token', Cookie => "portal=$olga",
        Authorization => 'Basic b2xnYTpvbGdh' ],
    [ 401, 'another scheme', Authorization => "Token $axel" ],
    [ 401, 'a scheme only', Authorization => 'Bearer ' ],
    [ 401, 'another cookie', Cookie => "portal2=$olga" ],
    [ 401, 'nothing' ],
) {
    my ($want, $name, @headers) = @$case;
    is(user_of($data, @headers), $want, "place: $name");
}
is(user_of('/off/data.xml', Cookie => "portal=bad"), 'x', 'switched off');
is(user_of('/both/data.xml?user=', Authorization => "Bearer $olga"), 'olga',
    'two ways of signing in: by token');
is(user_of('/both/data.xml?user=vera'), 400, 'by variable, here a parameter');
is(user_of('/both/data.xml?user=vera', Cookie => 'portal=x'), 401,
    'a bad token is not outdone');

# What is refused, and why; the answer does not say.
my $now = time;
my ($head, $body, $sign) = split /\./, $olga;
sub parts { return join '.', map { encode_base64url($_) } @_ }
my $public = $t->read_file($t->dir . '/portal/ES256.key');
my $confused = parts('{"alg":"HS256","typ":"JWT"}', '{"sub":"olga"}');
my @refused = (
    # reason, token; alg and claims of one signed with ES256
    [ 'the token or its header is too long', 'x' x 17000 ],
    [ 'the token or its header is too long', 'x' x 5000 . '.e30.e30' ],
    [ 'the token has not three parts', 'x' ],
    [ 'the token has not three parts', "$olga." ],
    [ 'a part of the token is not base64url', "$head.$body.*" ],
    [ 'a part of the token is not base64url', "$head.$body=.$sign" ],
    [ 'header is not a proper JSON object', parts('[]', '{}', '') ],
    [ 'alg is not a configured algorithm', $good{PS256} ],
    [ 'alg is not a configured algorithm', parts('{"alg":"none"}',
        decode_base64url($body), '') ],
    [ 'alg is not a configured algorithm', "$confused."
        . encode_base64url(hmac_sha256($confused, $public)) ],
    [ 'payload is not encoded', {}, { b64 => JSON::PP::false() } ],
    [ 'demands an extension', {}, { crit => [ 'exp' ] } ],
    [ 'typ is neither JWT nor at+jwt', {}, { typ => 'logout+jwt' } ],
    [ 'kid is not a text of usual length', {}, { kid => 'k' x 300 } ],
    [ 'no key has the token\'s kid', {}, { kid => 'x' } ],
    [ 'no key fits the token\'s alg and kid', {}, { kid => 'r' } ],
    [ 'signature is wrong', "$head.$body." . (split /\./, $axel)[2] ],
    [ 'signature is wrong', "$head.$body." ],
    [ 'signature is wrong', $portal->token('ES256-2') ],
    [ 'payload is not a proper JSON object',
        $portal->raw('ES256', '{"alg":"ES256"}', '{"sub":1,"sub":2}') ],
    [ 'is of a wrong type', { exp => 'tomorrow' } ],
    [ 'has no exp', { exp => undef } ],
    [ 'has expired', { exp => $now - 1 } ],
    [ 'is not valid yet', { nbf => $now + 3600 } ],
    [ 'is from the future', { iat => $now + 3600 } ],
    [ 'iss is not the issuer', { iss => 'https://portal.example/' } ],
    [ 'iss is not the issuer', { iss => undef } ],
    [ 'aud is somebody else', { aud => [ 'mail', 'backup' ] } ],
    [ 'aud is somebody else', { aud => undef } ],
    [ 'claim of the user is missing or not a text', { sub => undef } ],
    [ 'claim of the user is missing or not a text', { sub => [ 'olga' ] } ],
    [ 'claim of the user is missing or not a text', { sub => '' } ],
    [ 'claim of the user is missing or not a text', { sub => "olga\n" } ],
);
sub same { return $_[0]{body} =~ s/\d{4}-[-\w:.]+Z|\w{32}//gr
    . join '|', @{ $_[0]{headers} }{qw(www-authenticate content-length)} }
my ($seen, %answers) = (length $t->log('error'));
my @sent;
for my $case (@refused) {
    my ($reason, $token, $header) = @$case;
    $token = $portal->token('ES256', { roles => 'operator', %$token },
        $header) if ref $token;
    my $answer = ask($token);
    my $log = substr $t->log('error'), $seen;
    $seen += length $log;
    is($answer->{status}, 401, "refused: $reason");
    like($log, qr/token refused: .*\Q$reason\E/, 'so says the log');
    $answers{ same($answer) }++;
    push @sent, split /\./, $token;
}
is(scalar keys %answers, 1, 'the answer is the same for all');
like((keys %answers)[0], qr/Bearer realm="backup-tasks", error="invalid_token"/,
    'with the challenge of RFC 6750');
is($t->get($data)->{headers}{'www-authenticate'}, 'Bearer realm="backup-tasks"',
    'without a token there is no error');
my $logs = join '', map { $t->log($_) } qw(error access who);
is(scalar(grep { length > 8 && index($logs, $_) >= 0 } @sent), 0,
    'no part of a token is in a log');

is($t->get("$data?portal=$olga&access_token=$olga")->{status}, 401,
    'nobody looks for a token in the query');

# Cut short anywhere: never a failure.
my %cut = map { ask(substr $olga, 0, $_)->{status} => 1 } 0 .. length($olga) - 1;
is_deeply([ keys %cut ], [ 401 ], 'a token cut at every byte');

# Nobody looks at issuer and audience, and clocks may differ.
is(ask($portal->token('ES256', { iss => undef, aud => 'x', roles => 'feed',
    exp => time - 5, iat => time + 5 }), '/any/data.xml')->{status}, 200, 'off');
is(ask($portal->token('ES256', { aud => [ 'x', 'reports' ], roles => 'feed' }))
    ->{status}, 200, 'one of several audiences');

# Claims.
sub claims {
    my ($path, %claims) = @_;
    my $answer = ask($portal->token('ES256', \%claims), $path);
    return $answer->{status} if $answer->{status} != 200;
    my $p = $t->params($answer);
    return join '|', @$p{qw(BT_USER BT_ROLES BT_SCOPE BT_TZ)};
}
is(claims($data, sub => 17, roles => 'viewer'), '17|viewer|*|UTC', 'a number');
is(claims($data, roles => 'viewer feed x'), 'olga|viewer feed|*|UTC', 'words');
is(claims($data, roles => [ 'viewer', 'feed', 'x' ]), 'olga|viewer feed|*|UTC',
    'a list');
is(claims($data, roles => [ 'not operator', 'viewer,operator', 'Viewer' ]), 403,
    'an item of a list is one name');
is(claims($data, roles => $_), 403, 'no roles') for undef, [], '', {}, [ 1 ],
    JSON::PP::true(), "operator\n";
is(claims($data, sub => 'x' x 128, roles => 'feed'), 'x' x 128 . '|feed|*|UTC',
    'a long name');
is(claims($data, sub => 'x' x 129, roles => 'feed'), 403, 'too long a name');
is(claims($data, roles => 'feed', zoneinfo => 'Asia/Shanghai'),
    'olga|feed|*|Asia/Shanghai', 'time zone');
is(claims("$data?tz=UTC", roles => 'feed', zoneinfo => 'Asia/Shanghai'),
    'olga|feed|*|UTC', 'the parameter wins');
is(claims($data, roles => 'feed', zoneinfo => $_), 'olga|feed|*|UTC',
    'no time zone') for 'Mars/Base', '', 8, [ 'UTC' ], '../UTC';
my $answer = ask($portal->token('ES256', { roles => 'feed',
    zoneinfo => 'Asia/Shanghai' }), "$data?size=x");
like($answer->{body}, qr{ tz="Asia/Shanghai"></query>},
    'its links need not say it');

my %place = (person => { name => 'mia', lang => 'zh-CN' }, tz => '+08:00',
    realm_access => { roles => [ 'offline', 'viewer' ] },
    resource_access => { backup => { roles => [ 'feed' ] } });
is(claims('/nested/data.xml', %place, scopes => [ 'group:core team', 'crm/a' ]),
    'mia|viewer feed|group:core%20team crm/a|+08:00', 'nested claims');
is(claims('/nested/data.xml', %place, scopes => 'crm pay'),
    'mia|viewer feed|crm pay|+08:00', 'scope as words');
is(claims('/nested/data.xml', %place, scopes => $_), 'mia|viewer feed||+08:00',
    'without the claim of the scope nothing is seen') for undef, [], 7.5, '';
is(claims('/nested/data.xml', %place, person => { name => { x => 1 } }), 401,
    'no user at the place');

my %lang = ('zh-CN' => 'zh', zh_CN => 'zh', zh => 'zh', 'en-GB' => 'en',
    'de-DE' => 'zh', '' => 'zh', english => 'zh', zhx => 'zh');
for my $locale (sort keys %lang) {
    is($t->sheet_params($t->get('/backup/data', headers => [
        Authorization => 'Bearer ' . $portal->token('ES256',
            { roles => 'viewer', locale => $locale }),
        'Accept-Language' => 'zh' ]))->{lang}, $lang{$locale},
        "locale '$locale'");
}
is($t->sheet_params(ask($portal->token('ES256', { roles => 'viewer',
    locale => 'zh' }), '/backup/data?lang=en'))->{lang}, 'en',
    'the parameter wins');

# Names of the portal.
is(claims('/mapped/data.xml', roles => [ 'backup-admins', 'Backup Readers' ]),
    'olga|viewer operator feed|*|UTC', 'mapped');
is(claims('/mapped/data.xml', roles => [ 'operator', 'backup-admin', '' ]), 403,
    'with a map, only what it names');
is(claims('/mapped/data.xml', roles => [ 'auditor' ]), 'olga|auditor|*|UTC',
    'names of ours, too');
is(claims('/variables/data.xml', sub => 'mia', groups => [ 'a', 'b,c' ],
    department => { name => 'Payments' }), 'mia|operator|group:pay a,b%2Cc|UTC',
    'claims as variables');
is(claims('/variables/data.xml', sub => 'mia', groups => 3),
    'mia|operator| 3|UTC', 'that are not there');
is(claims('/variables/data.xml', sub => 'olga'), 403, 'no role');

# Acts are tied to the token's user.
my $csrf = (split ' ', told($olga, '/backup/log/9/stop.xml')->{BT_CSRF})[0];
$answer = $t->post('/backup/log/9/stop', "csrf=$csrf",
    headers => { Cookie => "portal=$olga" });
is($answer->{status}, 200, 'an act with a token');
ok($t->wait_until(sub { $t->log('who') =~ /^olga\|action\|200$/m }),
    'its user is in the log');

$t->done;
