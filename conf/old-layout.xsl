<!-- old-layout.xsl: an example of another layout, for programs that cannot be changed: flat, ISO-8859-1, local times as dd/mm/yyyy.

     It renders data.xml. COMPLETE is N where there are more rows than the
     "size" of backup_tasks_document lets through. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:b="urn:nginx-backup-tasks:1" exclude-result-prefixes="b">

  <xsl:output method="xml" encoding="ISO-8859-1" indent="yes"
      media-type="text/xml"/>

  <xsl:template match="/b:data-backup-tasks">
    <BACKUP_REPORT ROWS="{b:page/@count}">
      <xsl:attribute name="COMPLETE">
        <xsl:choose>
          <xsl:when test="b:page/@complete = 'true'">Y</xsl:when>
          <xsl:otherwise>N</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:apply-templates select="b:tasks/b:task"/>
    </BACKUP_REPORT>
  </xsl:template>

  <xsl:template match="b:task">
    <BACKUP>
      <ID><xsl:value-of select="b:id"/></ID>
      <DB><xsl:value-of select="concat(b:cluster, '/', b:tenant)"/></DB>
      <TYPE><xsl:value-of select="substring(b:mode, 1, 1)"/></TYPE>
      <STATE><xsl:apply-templates select="b:status"/></STATE>
      <BEGIN><xsl:apply-templates select="b:start-time" mode="time"/></BEGIN>
      <END><xsl:apply-templates select="b:end-time" mode="time"/></END>
      <MBYTES>
        <xsl:if test="b:size-bytes">
          <xsl:value-of select="floor(b:size-bytes div 1048576)"/>
        </xsl:if>
      </MBYTES>
      <ERROR><xsl:value-of select="b:cause/b:code"/></ERROR>
    </BACKUP>
  </xsl:template>

  <!-- A state that may come later is unknown to the readers. -->
  <xsl:template match="b:status">
    <xsl:choose>
      <xsl:when test=". = 'COMPLETED'">OK</xsl:when>
      <xsl:when test=". = 'FAILED'">ERR</xsl:when>
      <xsl:when test=". = 'IN_PROGRESS'">RUN</xsl:when>
      <xsl:otherwise>UNK</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The worker writes the local time where tz is not UTC. -->
  <xsl:template match="*" mode="time">
    <xsl:variable name="t" select="concat(@local, substring(.,
        1 div not(@local)))"/>
    <xsl:value-of select="concat(substring($t, 9, 2), '/',
        substring($t, 6, 2), '/', substring($t, 1, 4), ' ',
        substring($t, 12, 8))"/>
  </xsl:template>

</xsl:stylesheet>
