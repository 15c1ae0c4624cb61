<!-- health.xsl: the sentence with the worst thing that is true. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:variable name="risky-href" select="f:page('clusters', concat(
      '&amp;status=CRITICAL&amp;status=STALE&amp;status=WARNING',
      f:params-of($person-names)))"/>

  <xsl:template match="b:health">
    <xsl:variable name="unknown" select="b:count[@status = 'UNKNOWN']"/>
    <p class="verdict">
      <xsl:attribute name="class">
        <xsl:text>verdict </xsl:text>
        <xsl:choose>
          <xsl:when test="b:risk[1]/@severity = 'CRITICAL'
                          or b:agents-away">bad</xsl:when>
          <xsl:when test="@at-risk &gt; 0 or $unknown">warn</xsl:when>
          <xsl:when test="@clusters = 0">quiet</xsl:when>
          <xsl:otherwise>ok</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:apply-templates select="b:agents-away"/>
      <strong><xsl:call-template name="verdict"/></strong>
      <xsl:for-each select="b:risk">
        <xsl:text> </xsl:text>
        <xsl:apply-templates select="." mode="sentence"/>
      </xsl:for-each>
      <xsl:if test="$unknown">
        <xsl:text> </xsl:text>
        <xsl:call-template name="say">
          <xsl:with-param name="key"
              select="f:form('health.unknown', $unknown)"/>
          <xsl:with-param name="args">
            <n href="{f:page('clusters', concat('&amp;status=UNKNOWN',
                f:params-of($person-names)))}">
              <xsl:value-of select="f:count($unknown)"/>
            </n>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:if>
      <xsl:if test="@at-risk &gt; count(b:risk) and b:risk">
        <xsl:text> </xsl:text>
        <a href="{$risky-href}"><xsl:value-of select="f:t('health.all')"/></a>
      </xsl:if>
    </p>
  </xsl:template>

  <!-- What makes everything else old comes first. -->
  <xsl:template match="b:agents-away">
    <strong>
      <xsl:value-of select="f:t1('health.agents-away',
          f:span(b:seconds, 0))"/>
    </strong>
    <xsl:text> </xsl:text>
  </xsl:template>

  <!-- "2 of 24 clusters are at risk." -->
  <xsl:template name="verdict">
    <xsl:call-template name="say">
      <xsl:with-param name="key">
        <xsl:choose>
          <xsl:when test="@at-risk &gt; 0">
            <xsl:value-of select="f:form('health.at-risk', @at-risk)"/>
          </xsl:when>
          <xsl:when test="@clusters = 0">health.empty</xsl:when>
          <xsl:when test="b:count[@status = 'UNKNOWN']">health.none</xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="f:form('health.ok', @clusters)"/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
      <xsl:with-param name="args">
        <n href="{$risky-href}">
          <xsl:value-of select="f:count(@at-risk)"/>
        </n>
        <all href="{$base}clusters{$keep}">
          <xsl:value-of select="f:count(@clusters)"/>
        </all>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- One risk as a sentence; its cluster and its record are links. -->
  <xsl:template match="b:risk" mode="sentence">
    <xsl:call-template name="say">
      <xsl:with-param name="key">
        <xsl:choose>
          <xsl:when test="f:has(concat('risk.', @kind))">
            <xsl:value-of select="concat('risk.', @kind)"/>
          </xsl:when>
          <xsl:otherwise>risk.other</xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
      <xsl:with-param name="args">
        <who><xsl:call-template name="risk-who"/></who>
        <record>
          <xsl:attribute name="href">
            <xsl:call-template name="risk-href"/>
          </xsl:attribute>
        </record>
        <age><xsl:call-template name="risk-age"/></age>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="risk-who">
    <a href="{$base}clusters/{b:cluster/@id}{$keep}">
      <xsl:value-of select="f:short(b:cluster, 40)"/>
    </a>
    <xsl:if test="b:tenant">
      <xsl:value-of select="concat(' ', f:t1('risk.tenant',
          f:short(b:tenant, 40)))"/>
    </xsl:if>
  </xsl:template>

  <!-- The log backup, the failed task's cause, or the cluster's data backups. -->
  <xsl:template name="risk-href">
    <xsl:choose>
      <xsl:when test="b:log-id">
        <xsl:value-of select="concat($base, 'log/', b:log-id, $keep)"/>
      </xsl:when>
      <xsl:when test="b:task-id">
        <xsl:value-of
            select="concat($base, 'data/', b:task-id, '/cause', $keep)"/>
      </xsl:when>
      <xsl:when test="starts-with(@kind, 'DATA')">
        <xsl:value-of select="f:page('data', concat(
            '&amp;range=30d&amp;cluster-id=', b:cluster/@id,
            f:params-of($person-names)))"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of
            select="concat($base, 'clusters/', b:cluster/@id, $keep)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="risk-age">
    <xsl:choose>
      <xsl:when test="b:seconds">
        <xsl:value-of select="f:span(b:seconds, 0)"/>
      </xsl:when>
      <xsl:when test="b:since">
        <xsl:value-of select="f:span(f:age(b:since), 0)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="f:t('time.unknown')"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

</xsl:stylesheet>
