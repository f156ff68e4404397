using EdgeMesh.Device.Host;

return HostOptions.Read(args) switch
{
    null => ExitCodes.Refused,
    { Board: true } options => BoardProcess.Run(options),
    { Enroll.Length: > 0 } options when EnrollProcess.Run(options) is var code and not ExitCodes.Stopped => code,
    var options => Supervisor.Run(options),
};
