using System;
using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>Enrolment; configuration section <c>Enrollment</c>.</summary>
public sealed class EnrollmentOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Enrollment";

    /// <summary>Digits of a PIN, 6 to 8. Default 8.</summary>
    [Range(EnrollmentSecret.PinLengthMin, EnrollmentSecret.PinLengthMax), Setting(Unit = "digits", Requirement = "EnrollmentPinLength")]
    public int PinLength { get; set; } = EnrollmentSecret.PinLengthMax;

    /// <summary>How long a PIN or code may be used where the owner does not say. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00"), Setting(Requirement = "EnrollmentPinTimeout")]
    public TimeSpan PinTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Failed tries after which a PIN or code is dead, 1 to 10. Default 5.</summary>
    [Range(1, 10), Setting(Unit = "tries", Requirement = "EnrollmentMaxAttempts")]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Pause after the first failed try; it doubles with each. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a try may be silent. Progress of the device starts it anew. Default 60 s: many times what an ESP32 takes for a ladder.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan TryTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// TCP port, on all addresses, by which a device without a certificate enrols where <c>Broker:MutualTls</c> asks everybody for one. It is open
    /// while an enrolment is. Default 8884; 0 for none.
    /// </summary>
    [Range(1, 65535), Setting(Unit = "TCP port", Zero = "none")]
    public int Port { get; set; } = 8884;
}
