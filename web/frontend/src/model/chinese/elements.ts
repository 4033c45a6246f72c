// What the head of the panel calls an element: composed, since every kind of event stands in every place.
const KINDS: Record<string, string> = {
  "": "",
  "Message ": "消息",
  "Timer ": "定时",
  "Signal ": "信号",
  "Error ": "错误",
  "Escalation ": "升级",
  "Conditional ": "条件",
  "Link ": "链接",
  "Compensate ": "补偿",
  "Compensation ": "补偿",
  "Cancel ": "取消",
  "Terminate ": "终止",
  "Multiple ": "多重",
  "Parallel Multiple ": "并行多重",
};
const PLACES: Record<string, string> = {
  "Start Event": "启动事件",
  "End Event": "结束事件",
  "Intermediate Catch Event": "中间捕获事件",
  "Intermediate Throw Event": "中间抛出事件",
  "Boundary Event": "边界事件",
};
const OTHERS: Record<string, string> = {
  "Ad Hoc Sub Process": "即席子流程",
  "Business Rule Task": "业务规则任务",
  "Call Activity": "调用活动",
  "Collapsed Sub Process": "收起的子流程",
  "Complex Gateway": "复杂网关",
  "Data Input Association": "数据输入关联",
  "Data Object Reference": "数据对象",
  "Data Output Association": "数据输出关联",
  "Data Store Reference": "数据存储",
  "Event Based Gateway": "事件网关",
  "Event Sub Process": "事件子流程",
  "Exclusive Gateway": "排他网关",
  "Expanded Sub Process": "展开的子流程",
  "Inclusive Gateway": "包容网关",
  "Manual Task": "手工任务",
  "Message Flow": "消息流",
  "Parallel Gateway": "并行网关",
  "Receive Task": "接收任务",
  "Script Task": "脚本任务",
  "Send Task": "发送任务",
  "Sequence Flow": "顺序流",
  "Conditional Flow": "条件流",
  "Default Flow": "默认流",
  "Service Task": "服务任务",
  "Sub Process": "子流程",
  "Text Annotation": "文字注释",
  "User Task": "用户任务",
  Association: "关联",
  Participant: "参与者",
  "Participant ID": "参与者标识",
  Transaction: "事务子流程",
};

export const ELEMENTS: Record<string, string> = { ...OTHERS };
for (const [kind, chineseKind] of Object.entries(KINDS)) {
  for (const [where, chineseWhere] of Object.entries(PLACES)) {
    ELEMENTS[`${kind}${where}`] = `${chineseKind}${chineseWhere}`;
    ELEMENTS[`${kind}${where} (Non Interrupting)`] = `${chineseKind}${chineseWhere}（非中断）`;
  }
}
