<!-- frame.xsl: the page around the content: head, header, navigation, layouts. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:variable name="html-lang">
    <xsl:choose>
      <xsl:when test="$lang = 'zh'">zh-CN</xsl:when>
      <xsl:otherwise>en</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <!-- Stands in the addresses of the files in static/, so that a browser never
       uses old ones: the head of the SHA-256 of style and script, which
       tests/browser/sheets.test.js compares. -->
  <xsl:variable name="assets" select="'134b2dd3'"/>

  <!-- What the operator calls the pages, else what we do. -->
  <xsl:variable name="product">
    <xsl:value-of select="$brand_name"/>
    <xsl:if test="$brand_name = ''">
      <xsl:value-of select="f:t('product')"/>
    </xsl:if>
  </xsl:variable>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$layout = 'fragment'">
        <div class="backup-tasks" lang="{$html-lang}">
          <xsl:call-template name="main"/>
        </div>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="page"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="page">
    <html lang="{$html-lang}">
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title><xsl:call-template name="title"/></title>
        <link rel="stylesheet" href="{$base}static/backup-tasks.css?{$assets}"/>
        <!-- After ours, so that its rules win. -->
        <xsl:if test="$brand_style != ''">
          <link rel="stylesheet" href="{$brand_style}"/>
        </xsl:if>
        <link rel="icon" type="image/svg+xml" href="{$base}static/icon.svg"/>
        <xsl:for-each select="/*/b:link[@rel = 'next' or @rel = 'prev'
                              or @rel = 'alternate']">
          <link rel="{@rel}" type="{@type}" href="{@href}"/>
        </xsl:for-each>
        <script src="{$base}static/backup-tasks.js?{$assets}" defer="defer">
          <xsl:text> </xsl:text>
        </script>
      </head>
      <body>
        <!-- A stranger has nowhere to go, a portal has its own navigation. -->
        <xsl:if test="$layout != 'frame' and $user != ''">
          <xsl:attribute name="class">full</xsl:attribute>
        </xsl:if>
        <a class="skip" href="#main"><xsl:value-of select="f:t('skip')"/></a>
        <xsl:if test="$layout != 'frame'">
          <xsl:call-template name="header"/>
          <xsl:if test="$user != ''">
            <xsl:call-template name="sections"/>
          </xsl:if>
        </xsl:if>
        <xsl:call-template name="main"/>
      </body>
    </html>
  </xsl:template>

  <!-- The worst thing first, so that a tab in the background tells it. -->
  <xsl:template name="title">
    <xsl:if test="/*/b:health/@at-risk &gt; 0">
      <xsl:value-of
          select="concat('(', /*/b:health/@at-risk, ' ', f:t('title.at-risk'), ') ')"/>
    </xsl:if>
    <xsl:apply-templates select="/*" mode="title"/>
    <xsl:value-of select="concat(' · ', $product)"/>
  </xsl:template>

  <xsl:template name="header">
    <header class="top">
      <a class="brand" href="{$base}data{$keep}">
        <xsl:choose>
          <xsl:when test="$brand_logo != ''">
            <img src="{$brand_logo}" height="22" alt=""/>
          </xsl:when>
          <xsl:otherwise>
            <img src="{$base}static/icon.svg" width="22" height="22" alt=""/>
          </xsl:otherwise>
        </xsl:choose>
        <xsl:value-of select="$product"/>
      </a>
      <nav aria-label="{f:t('nav.you')}">
        <xsl:call-template name="other-language"/>
        <xsl:if test="$user != ''">
          <span class="user">
            <b><xsl:value-of select="$user"/></b>
            <span>
              <xsl:call-template name="role-names">
                <xsl:with-param name="roles" select="$roles"/>
              </xsl:call-template>
            </span>
          </span>
        </xsl:if>
        <xsl:if test="$user != '' and $logout_url != ''">
          <a href="{$logout_url}"><xsl:value-of select="f:t('sign-out')"/></a>
        </xsl:if>
      </nav>
    </header>
  </xsl:template>

  <!-- This page in the other language; on an error page the front page. -->
  <xsl:template name="other-language">
    <xsl:variable name="other">
      <xsl:choose>
        <xsl:when test="$lang = 'zh'">en</xsl:when>
        <xsl:otherwise>zh</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="here">
      <xsl:choose>
        <xsl:when test="$path != ''"><xsl:value-of select="$path"/></xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="concat($base, 'data')"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <a hreflang="{f:t('language.other-tag')}" lang="{f:t('language.other-tag')}"
        href="{$here}?lang={$other}{f:params-but('lang')}">
      <xsl:value-of select="f:t('language.other')"/>
    </a>
  </xsl:template>

  <!-- "operator, auditor" in words. -->
  <xsl:template name="role-names">
    <xsl:param name="roles"/>
    <xsl:variable name="one"
        select="substring-before(concat($roles, ' '), ' ')"/>
    <xsl:variable name="rest" select="substring-after($roles, ' ')"/>
    <xsl:value-of select="f:word('role', $one)"/>
    <xsl:if test="$rest != ''">
      <xsl:text>, </xsl:text>
      <xsl:call-template name="role-names">
        <xsl:with-param name="roles" select="$rest"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="sections">
    <xsl:variable name="section">
      <xsl:call-template name="section"/>
    </xsl:variable>
    <nav class="side" aria-label="{f:t('nav.sections')}">
      <h2><xsl:value-of select="f:t('nav.recovery')"/></h2>
      <ul>
        <xsl:call-template name="section-link">
          <xsl:with-param name="to" select="'data'"/>
          <xsl:with-param name="here" select="$section"/>
        </xsl:call-template>
        <xsl:call-template name="section-link">
          <xsl:with-param name="to" select="'second'"/>
          <xsl:with-param name="here" select="$section"/>
        </xsl:call-template>
        <xsl:call-template name="section-link">
          <xsl:with-param name="to" select="'clusters'"/>
          <xsl:with-param name="here" select="$section"/>
        </xsl:call-template>
      </ul>
      <xsl:if test="$operator or $auditor">
        <h2><xsl:value-of select="f:t('nav.operations')"/></h2>
        <ul>
          <xsl:call-template name="section-link">
            <xsl:with-param name="to" select="'commands'"/>
            <xsl:with-param name="here" select="$section"/>
          </xsl:call-template>
          <xsl:call-template name="section-link">
            <xsl:with-param name="to" select="'audit'"/>
            <xsl:with-param name="here" select="$section"/>
          </xsl:call-template>
          <xsl:call-template name="section-link">
            <xsl:with-param name="to" select="'reports'"/>
            <xsl:with-param name="here" select="$section"/>
          </xsl:call-template>
        </ul>
      </xsl:if>
    </nav>
  </xsl:template>

  <xsl:template name="section-link">
    <xsl:param name="to"/>
    <xsl:param name="here"/>
    <li>
      <a href="{$base}{$to}{$keep}">
        <xsl:if test="$to = $here">
          <xsl:attribute name="aria-current">
            <xsl:choose>
              <xsl:when test="$view = $here">page</xsl:when>
              <xsl:otherwise>true</xsl:otherwise>
            </xsl:choose>
          </xsl:attribute>
        </xsl:if>
        <xsl:value-of select="f:t(concat('nav.', $to))"/>
      </a>
    </li>
  </xsl:template>

  <!-- The item of the navigation that a view belongs to. -->
  <xsl:template name="section">
    <xsl:choose>
      <!-- No section has the health of the pages. -->
      <xsl:when test="$view = 'health-report'"/>
      <xsl:when test="starts-with($view, 'second') or $view = 'data-second'">
        <xsl:text>second</xsl:text>
      </xsl:when>
      <xsl:when test="starts-with($view, 'cluster')
                      or /b:action-form/b:target/b:cluster-backup">
        <xsl:text>clusters</xsl:text>
      </xsl:when>
      <xsl:when test="starts-with($view, 'command')
                      or /b:action-form/b:target/b:command">commands</xsl:when>
      <xsl:when test="$view = 'audit'">audit</xsl:when>
      <xsl:when test="starts-with($view, 'report')">reports</xsl:when>
      <xsl:otherwise>data</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- data-refresh: after how many seconds the script asks again. -->
  <xsl:template name="main">
    <main id="main" tabindex="-1" data-say-copy="{f:t('copy')}"
        data-say-copied="{f:t('copied')}">
      <xsl:apply-templates select="/*" mode="refresh"/>
      <xsl:if test="string(number($stale)) != 'NaN'">
        <p class="verdict bad kept" role="status">
          <xsl:value-of select="f:t1('page.kept', f:span($stale, 0))"/>
        </p>
      </xsl:if>
      <xsl:apply-templates select="/*" mode="main"/>
    </main>
  </xsl:template>

  <xsl:template match="*" mode="refresh">
    <xsl:call-template name="refresh">
      <xsl:with-param name="seconds" select="15"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Nothing on these changes by itself. -->
  <xsl:template match="b:action-form | b:cause" mode="refresh"/>

  <!-- A command on its way is looked at more often. -->
  <xsl:template match="b:command" mode="refresh">
    <xsl:call-template name="refresh">
      <xsl:with-param name="seconds">
        <xsl:choose>
          <xsl:when test="b:state = 'REQUESTED' or b:state = 'RUNNING'">
            <xsl:text>3</xsl:text>
          </xsl:when>
          <xsl:otherwise>60</xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="b:error" mode="refresh">
    <xsl:if test="b:retry-after">
      <xsl:call-template name="refresh">
        <xsl:with-param name="seconds" select="b:retry-after"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What the script says, in the page's language. -->
  <xsl:template name="refresh">
    <xsl:param name="seconds"/>
    <xsl:attribute name="data-refresh">
      <xsl:value-of select="$seconds"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-in">
      <xsl:value-of select="f:t('refresh.in')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-paused">
      <xsl:value-of select="f:t('refresh.paused')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-failed">
      <xsl:value-of select="f:t('refresh.failed')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-ended">
      <xsl:value-of select="f:t('refresh.ended')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-sign-in">
      <xsl:value-of select="f:t('refresh.sign-in')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-pause">
      <xsl:value-of select="f:t('refresh.pause')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-resume">
      <xsl:value-of select="f:t('refresh.resume')"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-s">
      <xsl:value-of select="$unit-s"/>
    </xsl:attribute>
    <xsl:attribute name="data-say-min">
      <xsl:value-of select="$unit-min"/>
    </xsl:attribute>
  </xsl:template>

</xsl:stylesheet>
