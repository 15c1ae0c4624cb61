<!-- health-report.xsl: the health of the pages themselves: what was looked at, and what to do. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <xsl:template match="b:health-report" mode="title">
    <xsl:value-of select="f:t('nav.health')"/>
  </xsl:template>

  <xsl:template match="b:health-report" mode="main">
    <xsl:call-template name="plain-head">
      <xsl:with-param name="with-range" select="false()"/>
    </xsl:call-template>
    <p class="lead">
      <xsl:call-template name="check-status">
        <xsl:with-param name="code" select="b:status"/>
      </xsl:call-template>
      <xsl:text> </xsl:text>
      <xsl:value-of select="f:word('report.ready', b:ready)"/>
    </p>
    <xsl:call-template name="checks-table"/>
    <xsl:apply-templates select="b:agents[b:agent]" mode="table"/>
    <h2><xsl:value-of select="f:t('report.worker')"/></h2>
    <xsl:apply-templates select="b:worker" mode="facts"/>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <!-- PASS, WARN and FAIL in the words and shapes of clusters. -->
  <xsl:template name="check-status">
    <xsl:param name="code"/>
    <xsl:call-template name="status">
      <xsl:with-param name="kind" select="'clusters'"/>
      <xsl:with-param name="code">
        <xsl:choose>
          <xsl:when test="$code = 'PASS'">OK</xsl:when>
          <xsl:when test="$code = 'WARN'">WARNING</xsl:when>
          <xsl:when test="$code = 'FAIL'">CRITICAL</xsl:when>
          <xsl:otherwise><xsl:value-of select="$code"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="checks-table">
    <div class="scroll">
      <table class="list">
        <caption class="vh"><xsl:value-of select="f:t('nav.health')"/></caption>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys"
                  select="'report.check col.status report.found'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:checks/b:check" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:check" mode="row">
    <tr>
      <th scope="row">
        <xsl:value-of select="f:word('report.name', @name)"/>
      </th>
      <td class="s" data-l="{f:t('col.status')}">
        <xsl:call-template name="check-status">
          <xsl:with-param name="code" select="@status"/>
        </xsl:call-template>
      </td>
      <td data-l="{f:t('report.found')}">
        <xsl:value-of select="f:check-text(.)"/>
        <xsl:apply-templates select="." mode="figures"/>
        <xsl:for-each select="b:detail">
          <small lang="en"><xsl:value-of select="."/></small>
        </xsl:for-each>
      </td>
    </tr>
  </xsl:template>

  <!-- What was found in the reader's language; a new check speaks English. -->
  <func:function name="f:check-text">
    <xsl:param name="check"/>
    <xsl:variable name="key"
        select="concat('report.text.', $check/@name, '.', $check/@status)"/>
    <xsl:choose>
      <xsl:when test="f:has($key)"><func:result select="f:t($key)"/></xsl:when>
      <xsl:otherwise>
        <func:result select="string($check/b:text)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <xsl:template match="b:check" mode="figures"/>

  <!-- "0 of 3" below "All are at work" would be read as its opposite. -->
  <xsl:template match="b:check[b:count and b:bad]" mode="figures">
    <xsl:variable name="told" select="b:bad[. != 0] | b:count[../b:bad = 0]"/>
    <small>
      <xsl:value-of select="f:t2('report.bad', f:count($told),
          f:count(b:count))"/>
    </small>
    <xsl:for-each select="b:oldest">
      <small>
        <xsl:value-of select="f:t1('report.oldest', f:ago(.))"/>
      </small>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="b:check[b:count and b:limit]" mode="figures">
    <small>
      <xsl:value-of select="f:t2('report.limit', f:count(b:count),
          f:count(b:limit))"/>
    </small>
  </xsl:template>

  <xsl:template match="b:agents" mode="table">
    <h2><xsl:value-of select="f:t('report.agents')"/></h2>
    <div class="scroll">
      <table class="list">
        <caption class="vh">
          <xsl:value-of select="f:t('report.agents')"/>
        </caption>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'report.agent col.status
                  report.version report.started report.seen'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:agent" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:agent" mode="row">
    <tr>
      <th scope="row"><xsl:value-of select="b:name"/></th>
      <td class="s" data-l="{f:t('col.status')}">
        <xsl:value-of select="f:word('report.agent-status', b:status)"/>
      </td>
      <td data-l="{f:t('report.version')}">
        <xsl:value-of select="b:version"/>
      </td>
      <td data-l="{f:t('report.started')}">
        <xsl:apply-templates select="b:started" mode="time-ago"/>
      </td>
      <td data-l="{f:t('report.seen')}">
        <xsl:apply-templates select="b:last-seen" mode="time-ago"/>
      </td>
    </tr>
  </xsl:template>

  <xsl:template match="b:worker" mode="facts">
    <dl class="facts">
      <xsl:apply-templates select="b:version" mode="text-field">
        <xsl:with-param name="label" select="f:t('report.version')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:schema" mode="text-field">
        <xsl:with-param name="label" select="f:t('report.schema')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:store-schema" mode="text-field">
        <xsl:with-param name="label" select="f:t('report.store-schema')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:threads" mode="text-field">
        <xsl:with-param name="label" select="f:t('report.threads')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:started" mode="time-field">
        <xsl:with-param name="label" select="f:t('report.started')"/>
      </xsl:apply-templates>
    </dl>
  </xsl:template>

</xsl:stylesheet>
