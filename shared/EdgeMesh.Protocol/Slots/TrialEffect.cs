namespace EdgeMesh.Protocol.Slots;

/// <summary>What a trial asks of the device, in this order.</summary>
public enum TrialEffect
{
    /// <summary>Write the boot record.</summary>
    Persist,

    /// <summary>Send the record's report.</summary>
    SendReport,

    /// <summary>Boot.</summary>
    Reboot,
}
