<!-- cleanup.xsl: the third tab, backup cleanup tasks. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:cleanup-tasks" mode="title">
    <xsl:value-of select="f:t('tab.cleanup')"/>
  </xsl:template>

  <xsl:template match="b:cleanup-tasks" mode="main">
    <xsl:call-template name="backup-head"/>
    <xsl:call-template name="filter">
      <xsl:with-param name="kind" select="'cleanup'"/>
      <xsl:with-param name="fields" select="'cluster tenant'"/>
    </xsl:call-template>
    <xsl:call-template name="running-earlier"/>
    <xsl:choose>
      <xsl:when test="b:tasks/b:cleanup-task">
        <xsl:call-template name="cleanup-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'cleanup'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot"/>
  </xsl:template>

  <xsl:template name="cleanup-table">
    <div class="scroll">
      <table class="list cleanup">
        <caption class="vh"><xsl:value-of select="f:t('tab.cleanup')"/></caption>
        <colgroup>
          <col class="w-id"/><col/><col class="w-long"/><col class="w-long"/>
          <col class="w-wide"/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.id col.cluster
                  col.start-time col.end-time col.status'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:tasks/b:cleanup-task" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:cleanup-task" mode="row">
    <xsl:variable name="tone" select="f:record-tone('cleanup', .)"/>
    <tr id="c{b:id}" class="{$tone}">
      <th scope="row" class="id">
        <a href="{$base}cleanup/{b:id}{$keep}"><xsl:value-of select="b:id"/></a>
      </th>
      <td class="c">
        <xsl:call-template name="cluster"/>
      </td>
      <xsl:call-template name="start-end"/>
      <td class="s">
        <xsl:call-template name="state">
          <xsl:with-param name="kind" select="'cleanup'"/>
          <xsl:with-param name="tone" select="$tone"/>
          <xsl:with-param name="cause-href"
              select="concat($base, 'cleanup/', b:id, $keep, '#cause')"/>
        </xsl:call-template>
        <small class="note">
          <xsl:call-template name="row-cancel">
            <xsl:with-param name="kind" select="'cleanup'"/>
          </xsl:call-template>
        </small>
      </td>
    </tr>
  </xsl:template>

</xsl:stylesheet>
