using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Certificates;

/// <summary>The hub's certificate authority; configuration section <c>Certificates</c>. It is used where <c>Broker:TlsPort</c> is set.</summary>
public sealed class CertificateOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Certificates";

    /// <summary>
    /// More names and addresses by which devices may reach the broker, separated by commas. This machine's own names (with <c>.local</c>
    /// for mDNS), its addresses and <c>Broker:DeviceHost</c> are in the certificate anyway. Default empty.
    /// </summary>
    [Setting(Takes = "names and addresses, with commas between")]
    public string Names { get; set; } = "";

    /// <summary>How long a device's certificate lasts, in days, 1 to 3,650. Default 365.</summary>
    [Range(1, 3650), Setting(Unit = "days", Requirement = "device certificates, default 365 days")]
    public int DeviceDays { get; set; } = 365;

    /// <summary>How long the hub's own lasts, in days, 1 to 825. It is renewed by itself. Default 90.</summary>
    [Range(1, 825), Setting(Unit = "days")]
    public int HubDays { get; set; } = 90;

    /// <summary>How long before its end a certificate is due for renewal, in days, 1 to 365; at most a third of its life. Default 30.</summary>
    [Range(1, 365), Setting(Unit = "days")]
    public int RenewDays { get; set; } = 30;

    /// <summary>How long both authorities are trusted in a rotation, in days, 0 to 3,650. Default 30.</summary>
    [Range(0, 3650), Setting(Unit = "days", Requirement = "overlap")]
    public int OverlapDays { get; set; } = 30;
}
