<!-- report.xsl: a daily report as a page that stands for itself; the worker applies it when it writes one. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:str="http://exslt.org/strings"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="str func f"
    exclude-result-prefixes="b">

  <!-- Two kinds of documents come here: first the report without rows, which
       becomes the frame of the page with a comment "rows" where they belong;
       then the rows, some hundreds of one kind at a time. Pages are kept for
       years: nothing here is taken from the sheets of other pages but the
       texts, and of static/ a page uses report.css alone. -->
  <xsl:include href="messages.xsl"/>
  <xsl:include href="messages/en.xsl"/>
  <xsl:include href="messages/zh.xsl"/>

  <xsl:output method="html" encoding="UTF-8" indent="no"/>

  <xsl:param name="lang" select="'en'"/>

  <xsl:variable name="report" select="/b:daily-report"/>
  <!-- The offset with which the day begins; a time with another one says so. -->
  <xsl:variable name="begins" select="string($report/b:from/@local)"/>
  <xsl:variable name="offset"
      select="substring($begins, string-length($begins) - 5)"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$report/b:summary">
        <xsl:apply-templates select="$report" mode="frame"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:apply-templates select="$report/*[@part]" mode="section"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The frame. -->

  <xsl:template match="b:daily-report" mode="frame">
    <xsl:variable name="title"
        select="f:t1('report.title', string(b:day))"/>
    <html>
      <xsl:attribute name="lang">
        <xsl:choose>
          <xsl:when test="$lang = 'zh'">zh-CN</xsl:when>
          <xsl:otherwise>en</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>
          <xsl:value-of select="$title"/>
          <xsl:if test="b:group"> · <xsl:value-of select="b:group"/></xsl:if>
        </title>
        <link rel="stylesheet" href="../static/report.css"/>
      </head>
      <body>
        <h1><xsl:value-of select="$title"/></h1>
        <xsl:call-template name="about"/>
        <xsl:call-template name="verdict"/>
        <xsl:apply-templates select="b:summary"/>
        <xsl:comment>rows</xsl:comment>
        <xsl:call-template name="formats"/>
      </body>
    </html>
  </xsl:template>

  <xsl:template name="about">
    <dl>
      <dt><xsl:value-of select="f:t('report.clusters')"/></dt>
      <dd>
        <xsl:choose>
          <xsl:when test="b:group">
            <xsl:value-of select="f:t1('report.group', string(b:group))"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="f:t('report.all')"/>
          </xsl:otherwise>
        </xsl:choose>
      </dd>
      <dt><xsl:value-of select="f:t('report.day')"/></dt>
      <dd>
        <xsl:apply-templates select="b:from" mode="time"/>
        <xsl:text> – </xsl:text>
        <xsl:apply-templates select="b:to" mode="time"/>
        <xsl:value-of select="concat(', ', b:zone)"/>
        <xsl:if test="$offset != '' and contains(b:zone, '/')">
          <xsl:value-of select="concat(' (UTC', $offset, ')')"/>
        </xsl:if>
      </dd>
      <dt><xsl:value-of select="f:t('report.written')"/></dt>
      <dd>
        <xsl:apply-templates select="b:written" mode="time"/>
        <xsl:value-of select="concat(', ', f:t1('report.by',
            string(b:software-version)))"/>
      </dd>
      <xsl:if test="@as-of">
        <dt><xsl:value-of select="f:t('report.as-of')"/></dt>
        <dd><xsl:value-of select="concat(f:stamp(@as-of), ' UTC')"/></dd>
      </xsl:if>
    </dl>
  </xsl:template>

  <!-- What an auditor asks first. -->
  <xsl:template name="verdict">
    <xsl:for-each select="b:summary">
      <xsl:choose>
        <xsl:when test="b:tenants-without-backup &gt; 0">
          <p class="verdict bad">
            <xsl:value-of select="f:t2('report.verdict.bad',
                string(b:tenants-without-backup), string(b:tenants))"/>
          </p>
        </xsl:when>
        <xsl:when test="b:tenants &gt; 0">
          <p class="verdict ok">
            <xsl:value-of select="f:t1('report.verdict.good',
                string(b:tenants))"/>
          </p>
        </xsl:when>
      </xsl:choose>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="b:summary">
    <table class="summary">
      <caption><xsl:value-of select="f:t('report.summary')"/></caption>
      <tbody>
        <tr>
          <th scope="row"><xsl:value-of select="f:t('nav.clusters')"/></th>
          <td>
            <xsl:value-of select="f:t2('report.clusters-without',
                string(b:clusters), string(b:clusters-without-backup))"/>
          </td>
        </tr>
        <xsl:for-each
            select="b:count[not(@kind = preceding-sibling::b:count/@kind)]">
          <xsl:variable name="kind" select="@kind"/>
          <tr>
            <th scope="row">
              <xsl:value-of select="f:word('report.section', $kind)"/>
            </th>
            <td>
              <xsl:for-each select="../b:count[@kind = $kind]">
                <xsl:value-of select="concat(., ' ',
                    f:state($kind, @status))"/>
                <xsl:if test="position() != last()">, </xsl:if>
              </xsl:for-each>
            </td>
          </tr>
        </xsl:for-each>
        <xsl:for-each select="b:worst-latency">
          <tr>
            <th scope="row">
              <xsl:value-of select="f:t('report.worst-latency')"/>
            </th>
            <td>
              <xsl:value-of select="concat(f:lasting(b:seconds), ', ',
                  b:cluster)"/>
              <xsl:if test="b:tenant">
                <xsl:value-of select="concat('/', b:tenant)"/>
              </xsl:if>
              <xsl:text>, </xsl:text>
              <xsl:apply-templates select="b:at" mode="time"/>
            </td>
          </tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>

  <!-- The other documents of the day stand beside the page. -->
  <xsl:template name="formats">
    <xsl:variable name="group">
      <xsl:if test="b:group">
        <xsl:value-of select="concat('?group=',
            str:encode-uri(string(b:group), true()))"/>
      </xsl:if>
    </xsl:variable>
    <footer>
      <p>
        <xsl:value-of select="concat(f:t('report.formats'), f:t('colon'))"/>
        <a href="{b:day}.xml{$group}">XML</a>
        <xsl:text>, </xsl:text>
        <a href="{b:day}.csv{$group}">CSV</a>
        <xsl:text>. </xsl:text>
        <xsl:value-of select="f:t('report.sums')"/>
      </p>
    </footer>
  </xsl:template>

  <!-- The rows. -->

  <xsl:template match="*" mode="section">
    <xsl:variable name="section">
      <xsl:apply-templates select="." mode="name"/>
    </xsl:variable>
    <section>
      <xsl:if test="@part = 1">
        <h2 id="{$section}">
          <xsl:value-of select="f:word('report.section', $section)"/>
        </h2>
      </xsl:if>
      <xsl:choose>
        <xsl:when test="*">
          <table>
            <thead>
              <tr>
                <xsl:call-template name="heads">
                  <xsl:with-param name="keys">
                    <xsl:apply-templates select="." mode="keys"/>
                  </xsl:with-param>
                </xsl:call-template>
              </tr>
            </thead>
            <tbody><xsl:apply-templates select="*" mode="row"/></tbody>
          </table>
        </xsl:when>
        <xsl:otherwise>
          <p><xsl:value-of select="f:t('report.none')"/></p>
        </xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="b:without-backup" mode="name">without-backup</xsl:template>
  <xsl:template match="b:data-backup-tasks" mode="name">data</xsl:template>
  <xsl:template match="b:log-backups" mode="name">log</xsl:template>
  <xsl:template match="b:gaps" mode="name">gap</xsl:template>
  <xsl:template match="b:cleanup-tasks" mode="name">cleanup</xsl:template>
  <xsl:template match="b:second-backups" mode="name">second</xsl:template>
  <xsl:template match="b:commands" mode="name">command</xsl:template>

  <xsl:template match="b:without-backup" mode="keys">
    <xsl:value-of select="'col.cluster col.tenant report.last-success'"/>
  </xsl:template>
  <xsl:template match="b:data-backup-tasks" mode="keys">
    <xsl:value-of select="'col.id col.cluster col.tenant col.mode col.start-time
        col.end-time col.status label.size col.backup-set col.directory
        report.cause'"/>
  </xsl:template>
  <xsl:template match="b:log-backups" mode="keys">
    <xsl:value-of select="'col.id col.cluster col.tenant col.status col.latest
        col.latency col.directory report.cause'"/>
  </xsl:template>
  <xsl:template match="b:gaps" mode="keys">
    <xsl:value-of select="'col.log-backup col.cluster col.tenant col.gap-from
        col.gap-to'"/>
  </xsl:template>
  <xsl:template match="b:cleanup-tasks" mode="keys">
    <xsl:value-of select="'col.id col.cluster col.tenant label.type
        col.start-time col.end-time col.status label.items report.cause'"/>
  </xsl:template>
  <xsl:template match="b:second-backups" mode="keys">
    <xsl:value-of select="'col.id col.kind col.cluster col.tenant col.start-time
        col.end-time col.status col.directory report.cause'"/>
  </xsl:template>
  <xsl:template match="b:commands" mode="keys">
    <xsl:value-of select="'col.id col.action label.target col.cluster col.tenant
        col.by col.requested col.ended col.state col.result'"/>
  </xsl:template>

  <xsl:template match="b:place" mode="row">
    <tr>
      <xsl:call-template name="where"/>
      <td><xsl:apply-templates select="b:last-success" mode="time"/></td>
    </tr>
  </xsl:template>

  <xsl:template match="b:task" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:id"/></th>
      <xsl:call-template name="where"/>
      <td><xsl:value-of select="f:word('mode', string(b:mode))"/></td>
      <xsl:call-template name="start-end"/>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="'data'"/>
      </xsl:call-template>
      <td class="num">
        <xsl:if test="b:size-bytes">
          <xsl:value-of select="concat(format-number(b:size-bytes, '#,##0'),
              ' B')"/>
        </xsl:if>
      </td>
      <td class="num"><xsl:value-of select="b:backup-set-id"/></td>
      <td class="long">
        <xsl:value-of select="b:storage-directory"/>
      </td>
      <xsl:call-template name="cause"/>
    </tr>
  </xsl:template>

  <xsl:template match="b:log-backup" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:id"/></th>
      <xsl:call-template name="where"/>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="'log'"/>
      </xsl:call-template>
      <td><xsl:apply-templates select="b:latest-backup-time" mode="time"/></td>
      <td class="num">
        <xsl:if test="b:latency-seconds">
          <xsl:value-of select="f:lasting(b:latency-seconds)"/>
        </xsl:if>
      </td>
      <td class="long">
        <xsl:value-of select="b:storage-directory"/>
      </td>
      <xsl:call-template name="cause"/>
    </tr>
  </xsl:template>

  <xsl:template match="b:gap" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:log-id"/></th>
      <xsl:call-template name="where"/>
      <td><xsl:apply-templates select="b:from" mode="time"/></td>
      <td><xsl:apply-templates select="b:to" mode="time"/></td>
    </tr>
  </xsl:template>

  <xsl:template match="b:cleanup-task" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:id"/></th>
      <xsl:call-template name="where"/>
      <td><xsl:value-of select="b:type"/></td>
      <xsl:call-template name="start-end"/>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="'cleanup'"/>
      </xsl:call-template>
      <td class="num">
        <xsl:if test="b:items-done or b:items-total">
          <xsl:value-of select="concat(b:items-done, ' / ', b:items-total)"/>
        </xsl:if>
      </td>
      <xsl:call-template name="cause"/>
    </tr>
  </xsl:template>

  <xsl:template match="b:second-backup" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:id"/></th>
      <td><xsl:value-of select="f:word('kind', string(b:kind))"/></td>
      <xsl:call-template name="where"/>
      <xsl:call-template name="start-end"/>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="'second'"/>
      </xsl:call-template>
      <td class="long">
        <xsl:value-of select="b:storage-directory"/>
      </td>
      <xsl:call-template name="cause"/>
    </tr>
  </xsl:template>

  <xsl:template match="b:command" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:id"/></th>
      <td><xsl:value-of select="f:word('action', string(b:action))"/></td>
      <td>
        <xsl:value-of select="concat(f:word('target', string(b:kind)), ' ',
            b:target)"/>
      </td>
      <xsl:call-template name="where"/>
      <td><xsl:value-of select="b:requested-by"/></td>
      <td><xsl:apply-templates select="b:requested-at" mode="time"/></td>
      <td><xsl:apply-templates select="b:ended-at" mode="time"/></td>
      <td><xsl:value-of select="f:state('command', string(b:state))"/></td>
      <td class="long"><xsl:value-of select="f:head(b:result)"/></td>
    </tr>
  </xsl:template>

  <!-- Cells that several kinds have. -->

  <xsl:template name="heads">
    <xsl:param name="keys"/>
    <xsl:variable name="words" select="normalize-space($keys)"/>
    <xsl:variable name="key"
        select="substring-before(concat($words, ' '), ' ')"/>
    <xsl:if test="$key != ''">
      <th scope="col"><xsl:value-of select="f:t($key)"/></th>
      <xsl:call-template name="heads">
        <xsl:with-param name="keys" select="substring-after($words, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="where">
    <td>
      <xsl:value-of select="b:cluster"/>
      <xsl:if test="b:cluster/@simulated">
        <xsl:value-of select="concat(' (', f:t('report.sample'), ')')"/>
      </xsl:if>
    </td>
    <td><xsl:value-of select="b:tenant"/></td>
  </xsl:template>

  <xsl:template name="start-end">
    <td><xsl:apply-templates select="b:start-time" mode="time"/></td>
    <td><xsl:apply-templates select="b:end-time" mode="time"/></td>
  </xsl:template>

  <!-- The cluster's own word stays beside ours where it is another one. -->
  <xsl:template name="status">
    <xsl:param name="kind"/>
    <td>
      <xsl:if test="b:status = 'FAILED' or b:status = 'INTERRUPTED'">
        <xsl:attribute name="class">bad</xsl:attribute>
      </xsl:if>
      <xsl:value-of select="f:state($kind, string(b:status))"/>
      <xsl:if test="b:raw-status != b:status">
        <small>
          <xsl:value-of select="concat(' (', b:raw-status, ')')"/>
        </small>
      </xsl:if>
    </td>
  </xsl:template>

  <xsl:template name="cause">
    <td class="long">
      <xsl:for-each select="b:cause">
        <xsl:value-of select="b:code"/>
        <xsl:if test="b:code and b:text">
          <xsl:value-of select="f:t('colon')"/>
        </xsl:if>
        <xsl:value-of select="f:head(b:text)"/>
      </xsl:for-each>
    </td>
  </xsl:template>

  <!-- The XML has all of it. -->
  <func:function name="f:head">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="string-length($text) &gt; 300">
        <func:result select="concat(substring($text, 1, 300), '…')"/>
      </xsl:when>
      <xsl:otherwise><func:result select="string($text)"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <func:function name="f:state">
    <xsl:param name="kind"/>
    <xsl:param name="code"/>
    <func:result select="f:word(concat('status',
        substring('.cleanup', 1 div ($kind = 'cleanup'))), string($code))"/>
  </func:function>

  <!-- "8 s", "694,885 s (8 d 1 h)". -->
  <func:function name="f:lasting">
    <xsl:param name="seconds"/>
    <xsl:variable name="hours" select="floor($seconds div 3600)"/>
    <func:result select="concat(format-number($seconds, '#,##0'), ' ',
        f:t('unit.s'), substring(concat(' (', floor($hours div 24), ' ',
        f:t('unit.d'), ' ', $hours mod 24, ' ', f:t('unit.h'), ')'),
        1 div ($hours &gt; 0)))"/>
  </func:function>

  <!-- "2026-11-22 16:20:04" of a time's text. -->
  <func:function name="f:stamp">
    <xsl:param name="time"/>
    <func:result select="concat(substring($time, 1, 10), ' ',
        substring($time, 12, 8))"/>
  </func:function>

  <xsl:template match="*" mode="time">
    <xsl:variable name="shown"
        select="concat(@local, substring(., 1 div not(@local)))"/>
    <time datetime="{substring(., 1, 19)}Z">
      <xsl:value-of select="f:stamp($shown)"/>
      <xsl:if test="@local and not(contains($shown, $offset))">
        <xsl:value-of select="concat(' ',
            substring($shown, string-length($shown) - 5))"/>
      </xsl:if>
    </time>
  </xsl:template>

</xsl:stylesheet>
